//! The columns of the table of primitives: which there are, and how much room each has.

use crate::model::SortKey;

/// Something to see of each primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Atomic, shared value, wait group or queue.
    Kind,
    /// The name.
    Name,
    /// What it holds.
    Value,
    /// How full a bounded queue is.
    Fill,
    /// What it held lately.
    History,
    /// Changes a second.
    Rate,
    /// How many are blocked in put, in get and in wait.
    Blocked,
    /// The longest of those waits.
    Longest,
    /// The line that created it.
    Created,
    /// The type of what it holds.
    Type,
}

impl Column {
    /// All of them, in the order in which they stand by default.
    pub const ALL: [Column; 10] = [
        Column::Kind,
        Column::Name,
        Column::Value,
        Column::Fill,
        Column::History,
        Column::Rate,
        Column::Blocked,
        Column::Longest,
        Column::Created,
        Column::Type,
    ];

    /// The word for it in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Column::Kind => "kind",
            Column::Name => "name",
            Column::Value => "value",
            Column::Fill => "fill",
            Column::History => "history",
            Column::Rate => "rate",
            Column::Blocked => "blocked",
            Column::Longest => "longest",
            Column::Created => "created",
            Column::Type => "type",
        }
    }

    /// What stands above it.
    pub fn head(self) -> &'static str {
        match self {
            Column::Kind => "KIND",
            Column::Name => "NAME",
            Column::Value => "VALUE",
            Column::Fill => "FILL",
            Column::History => "HISTORY",
            Column::Rate => "RATE/S",
            Column::Blocked => "P/G/W",
            Column::Longest => "LONGEST",
            Column::Created => "CREATED AT",
            Column::Type => "TYPE",
        }
    }

    /// What it shows.
    pub fn help(self) -> &'static str {
        match self {
            Column::Kind => "atomic, shared value, wait group or queue",
            Column::Name => "the name; always there",
            Column::Value => "items/bound of a queue, count of a wait group, value of the others",
            Column::Fill => "how full a bounded queue is, or that it is closed",
            Column::History => "items, a count or changes a second, lately",
            Column::Rate => "items in and out, rounds, replacements, or how far an atomic moved",
            Column::Blocked => "how many are blocked in put, in get and in wait",
            Column::Longest => "the longest of those waits",
            Column::Created => "the line that created it",
            Column::Type => "the type of what it holds",
        }
    }

    /// What a click on its head sorts by.
    pub fn sort_key(self) -> Option<SortKey> {
        match self {
            Column::Kind => Some(SortKey::Kind),
            Column::Name => Some(SortKey::Name),
            Column::Value => Some(SortKey::Value),
            Column::Fill => Some(SortKey::Fill),
            Column::History => None,
            Column::Rate => Some(SortKey::Rate),
            Column::Blocked => Some(SortKey::Blocked),
            Column::Longest => Some(SortKey::Longest),
            Column::Created => Some(SortKey::Created),
            Column::Type => Some(SortKey::Type),
        }
    }

    /// Whether numbers stand in it, at the right.
    pub(super) fn is_right(self) -> bool {
        matches!(self, Column::Rate | Column::Longest)
    }

    /// On a screen of this width: how wide it is, or at least if it takes what is left.
    fn width(self, screen: usize) -> usize {
        let by_screen = |narrow, medium, wide| match screen {
            0..100 => narrow,
            100..120 => medium,
            _ => wide,
        };
        match self {
            Column::Kind => 10,
            Column::Name => 8,
            Column::Value => by_screen(11, 18, 22),
            Column::Fill => by_screen(6, 8, 12),
            Column::History => by_screen(8, 14, 20),
            Column::Rate => by_screen(6, 6, 8),
            Column::Blocked => by_screen(7, 7, 9),
            Column::Longest => by_screen(7, 7, 8),
            Column::Created | Column::Type => 12,
        }
    }

    /// Whether it takes what is left, beside the name.
    fn is_elastic(self) -> bool {
        matches!(self, Column::Created | Column::Type)
    }

    /// How wide a screen must be for it to be there unless it was asked for.
    fn needs(self) -> usize {
        match self {
            // Who is blocked and for how long is what is looked for on a small screen.
            Column::Name | Column::Value | Column::Blocked | Column::Longest => 0,
            Column::Kind | Column::Fill => 56,
            Column::History | Column::Rate => 72,
            // Names have 24 columns then.
            Column::Created => 133,
            Column::Type => usize::MAX,
        }
    }
}

/// The columns that are wanted, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// None: those for which there is room.
    asked: Option<Vec<Column>>,
}

impl Columns {
    /// These, as long as there is room: those at the right go first. The name is always one of them.
    ///
    /// ```
    /// use syncmon::view::{Column, Columns};
    /// let columns = Columns::these([Column::Value, Column::Longest]);
    /// assert_eq!(columns.on(80), [(Column::Name, 60), (Column::Value, 11), (Column::Longest, 7)]);
    /// ```
    pub fn these(columns: impl IntoIterator<Item = Column>) -> Self {
        let mut asked: Vec<Column> = Vec::new();
        for column in columns {
            if !asked.contains(&column) {
                asked.push(column);
            }
        }
        if !asked.contains(&Column::Name) {
            asked.insert(0, Column::Name);
        }
        Columns { asked: Some(asked) }
    }

    /// Those that were asked for.
    pub fn asked(&self) -> Option<&[Column]> {
        self.asked.as_deref()
    }

    /// Those on a screen of this width, and how wide each is.
    pub fn on(&self, screen: usize) -> Vec<(Column, usize)> {
        let mut shown = match &self.asked {
            Some(asked) => asked.clone(),
            None => Column::ALL.into_iter().filter(|column| column.needs() <= screen).collect(),
        };
        // A space between each two.
        let taken = |shown: &[Column]| {
            shown.iter().map(|column| column.width(screen) + 1).sum::<usize>() - 1
        };
        while shown.len() > 1 && taken(&shown) > screen {
            let last = shown.iter().rposition(|column| *column != Column::Name);
            shown.remove(last.expect("there are two"));
        }
        let mut left = screen.saturating_sub(taken(&shown));
        let mut elastic = shown.iter().filter(|column| column.is_elastic()).count();
        let names = Column::Name.width(screen);
        let others: usize = shown
            .iter()
            .filter(|column| column.is_elastic())
            .map(|column| column.width(screen))
            .sum();
        // Half of what there is for all that are elastic, but names are more than the others.
        let name = if elastic == 0 {
            names + left
        } else {
            (names + others + left).div_ceil(2).max(24).min(names + left)
        };
        left -= name - names;
        let widths = shown.into_iter().map(|column| {
            let width = match column {
                Column::Name => name,
                column if column.is_elastic() => {
                    let more = left / elastic;
                    left -= more;
                    elastic -= 1;
                    column.width(screen) + more
                }
                column => column.width(screen),
            };
            (column, width)
        });
        widths.collect()
    }

    /// Shows a column, or hides it, as seen on a screen of this width. The name stays.
    pub fn toggle(&mut self, column: Column, screen: usize) {
        let mut shown: Vec<Column> = match self.asked.take() {
            Some(asked) => asked,
            None => self.on(screen).into_iter().map(|(column, _)| column).collect(),
        };
        match shown.iter().position(|shown| *shown == column) {
            Some(_) if column == Column::Name => {}
            Some(place) => {
                shown.remove(place);
            }
            None => {
                // Before the first that by default comes after it.
                let rank = |column| Column::ALL.iter().position(|other| *other == column);
                let place = shown.iter().position(|shown| rank(*shown) > rank(column));
                shown.insert(place.unwrap_or(shown.len()), column);
            }
        }
        self.asked = Some(shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(columns: &Columns, screen: usize) -> String {
        let shown = columns.on(screen);
        shown.iter().map(|(column, _)| column.name()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_row_is_as_wide_as_the_screen() {
        let all = Columns::these(Column::ALL);
        for screen in 8..250 {
            for columns in [&Columns::default(), &all, &Columns::these([Column::Type])] {
                let shown = columns.on(screen);
                let taken: usize = shown.iter().map(|(_, width)| width + 1).sum();
                assert_eq!(taken - 1, screen, "{shown:?}");
                assert!(shown.iter().any(|(column, width)| *column == Column::Name && *width >= 8));
            }
        }
    }

    #[test]
    fn a_small_screen_keeps_who_is_blocked_and_for_how_long() {
        let columns = Columns::default();
        assert_eq!(named(&columns, 40), "name value blocked longest");
        assert_eq!(named(&columns, 60), "kind name value fill blocked longest");
        assert_eq!(named(&columns, 80), "kind name value fill history rate blocked longest");
        assert_eq!(
            named(&columns, 133),
            "kind name value fill history rate blocked longest created"
        );
    }

    #[test]
    fn what_was_asked_for_goes_from_the_right_when_there_is_no_room() {
        let columns =
            Columns::these([Column::Type, Column::Longest, Column::Kind, Column::Created]);
        assert_eq!(named(&columns, 80), "name type longest kind created");
        assert_eq!(named(&columns, 45), "name type longest kind");
        assert_eq!(named(&columns, 20), "name");
    }

    #[test]
    fn a_column_comes_back_to_its_place() {
        let mut columns = Columns::default();
        for column in [Column::Fill, Column::Name, Column::Fill, Column::Type] {
            columns.toggle(column, 80);
        }
        assert_eq!(named(&columns, 160), "kind name value fill history rate blocked longest type");
    }
}
