//! What is told of the lines that changed the count of a tracked wait group. Names in it are escaped.

use crate::escape::escape;
use crate::wire::CallSite;
use std::cmp::Reverse;

/// Which lines made guards that are still held, those with most of them first; nothing if there are none.
pub(crate) fn guards(sites: &[CallSite]) -> Option<String> {
    let text = |site: &CallSite| (site.guards > 0).then(|| format!("{} held", site.guards));
    told(sites, |site| site.guards, text)
}

/// Which lines changed the count and by how much, those first that added most that they did not take off, or the other way
/// round; nothing if none is known.
pub(crate) fn changes(sites: &[CallSite]) -> Option<String> {
    let much = |site: &CallSite| site.added.abs_diff(site.taken_off);
    told(sites, much, |site| {
        let (added, taken_off) = (site.added, site.taken_off);
        match (added, taken_off) {
            (0, 0) => None,
            (_, 0) => Some(format!("+{added}")),
            (0, _) => Some(format!("-{taken_off}")),
            _ => Some(format!("+{added} -{taken_off}")),
        }
    })
}

/// How many lines are told.
const NAMED: usize = 4;

fn told(
    sites: &[CallSite],
    much: impl Fn(&CallSite) -> u64,
    text: impl Fn(&CallSite) -> Option<String>,
) -> Option<String> {
    let mut sites: Vec<(&CallSite, String)> =
        sites.iter().filter_map(|site| Some((site, text(site)?))).collect();
    sites.sort_by_key(|(site, _)| Reverse(much(site)));
    let told = sites.iter().take(NAMED).map(|(site, text)| {
        let line = site.location.to_string();
        format!("{} ({text})", escape(&line))
    });
    let told: Vec<String> = told.collect();
    let more = sites.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!told.is_empty()).then(|| told.join(", ") + &more)
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
        let sites = [
            site(1, 2, 0, 0),
            site(2, 9, 7, 2),
            site(3, 0, 1, 0),
            site(4, 3, 0, 3),
            site(5, 99, 99, 0),
        ];
        let told = r"src/a\u{1b}.rs:4 (3 held), src/a\u{1b}.rs:2 (2 held)";
        assert_eq!(guards(&sites).as_deref(), Some(told));
        let told = r"src/a\u{1b}.rs:4 (+3), src/a\u{1b}.rs:1 (+2), src/a\u{1b}.rs:2 (+9 -7), src/a\u{1b}.rs:3 (-1) and 1 more";
        assert_eq!(changes(&sites).as_deref(), Some(told), "what is balanced comes last");
        assert_eq!((guards(&sites[..1]), changes(&[])), (None, None));
    }
}
