//! What is told of the lines that changed the count of a tracked wait group. Names in it are escaped.

use crate::escape::escape;
use crate::wire::CallSite;
use std::cmp::Reverse;

/// Which lines made guards that are still held, those with most of them first; nothing if there are none.
pub(crate) fn guards(sites: &[CallSite]) -> Option<String> {
    told(sites, |site| site.guards, |site| format!("{} held", site.guards))
}

/// Which lines changed the count and by how much, those first that changed it most; nothing if none is known.
pub(crate) fn changes(sites: &[CallSite]) -> Option<String> {
    let much = |site: &CallSite| site.added.saturating_add(site.taken_off);
    told(sites, much, |site| {
        let (added, taken_off) = (site.added, site.taken_off);
        match (added, taken_off) {
            (_, 0) => format!("+{added}"),
            (0, _) => format!("-{taken_off}"),
            _ => format!("+{added} -{taken_off}"),
        }
    })
}

fn told(
    sites: &[CallSite],
    much: impl Fn(&CallSite) -> u64,
    text: impl Fn(&CallSite) -> String,
) -> Option<String> {
    let mut sites: Vec<&CallSite> = sites.iter().filter(|site| much(site) > 0).collect();
    sites.sort_by_key(|site| Reverse(much(site)));
    let line = |site: &CallSite| escape(&site.location.to_string()).into_owned();
    let all: Vec<String> =
        sites.iter().map(|site| format!("{} ({})", line(site), text(site))).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Location;

    fn site(line: u32, added: u64, taken_off: u64, guards: u64) -> CallSite {
        let location = Location { file: "src/a\u{1b}.rs".into(), line };
        CallSite { location, added, taken_off, guards }
    }

    #[test]
    fn lines_are_told_with_the_most_telling_first() {
        let sites = [site(1, 2, 0, 0), site(2, 9, 7, 2), site(3, 0, 1, 0), site(4, 3, 0, 3)];
        let told = r"src/a\u{1b}.rs:4 (3 held), src/a\u{1b}.rs:2 (2 held)";
        assert_eq!(guards(&sites).as_deref(), Some(told));
        let told = r"src/a\u{1b}.rs:2 (+9 -7), src/a\u{1b}.rs:4 (+3), src/a\u{1b}.rs:1 (+2), src/a\u{1b}.rs:3 (-1)";
        assert_eq!(changes(&sites).as_deref(), Some(told));
        assert_eq!((guards(&sites[..1]), changes(&[])), (None, None));
    }
}
