//! Pages of the documentation that are made by a program.

use std::path::Path;

/// Writes the page, or only compares.
///
/// # Errors
///
/// If it is not what it would be, when compared; or if it can not be read or written.
pub(crate) fn write_or_check(path: &Path, page: &str, check: bool) -> Result<String, String> {
    let shown = path.display();
    if !check {
        std::fs::write(path, page).map_err(|error| format!("{shown}: {error}"))?;
        return Ok(format!("{shown} is written"));
    }
    let before = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    if before == page {
        return Ok(format!("{shown} is up to date"));
    }
    let line = before.lines().zip(page.lines()).position(|(before, now)| before != now);
    let line = line.unwrap_or_else(|| before.lines().count().min(page.lines().count()));
    Err(format!(
        "{shown} is not what it would be, from line {} on, where it should say\n{}\nRun the same command without \
         --check.",
        line + 1,
        page.lines().nth(line).unwrap_or("nothing")
    ))
}

/// The page with another text between the marks of this name.
///
/// # Errors
///
/// If the page has no such marks.
pub(crate) fn replace(page: &str, name: &str, text: &str) -> Result<String, String> {
    let (begin, end) =
        (format!("<!-- {name}: written by a program -->\n"), format!("\n<!-- end of {name} -->"));
    let missing = || format!("the page has no marks for {name}");
    let (before, rest) = page.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_marks_is_replaced() {
        let page = "a\n<!-- b: written by a program -->\n\nold\n\n<!-- end of b -->\nc\n";
        let new = replace(page, "b", "new").unwrap();
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replace(&new, "b", "new").unwrap(), new);
        assert!(replace(page, "c", "").is_err());
    }

    #[test]
    fn a_page_that_is_not_what_it_would_be_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        assert!(write_or_check(&path, "a\nb\n", true).is_err());
        write_or_check(&path, "a\nb\n", false).unwrap();
        write_or_check(&path, "a\nb\n", true).unwrap();
        let error = write_or_check(&path, "a\nc\n", true).unwrap_err();
        assert!(error.contains("from line 2 on, where it should say\nc\n"), "{error}");
        assert!(write_or_check(&path, "a\n", true).unwrap_err().contains("say\nnothing\n"));
        write_or_check(&path, "a\nb\n", true).unwrap();
    }
}
