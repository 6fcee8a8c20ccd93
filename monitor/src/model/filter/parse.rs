//! From text to terms.

use super::field::Field;
use super::term::{Comparison, Needle, Term, Test};
use crate::wire::Kind;
use regex::Regex;
use std::fmt;
use std::time::Duration;

/// What is wrong with the text of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    at: usize,
    message: String,
}

impl FilterError {
    fn new(at: usize, message: impl Into<String>) -> Self {
        FilterError { at, message: message.into() }
    }

    /// Where in the text: a number of bytes.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FilterError {}

type Result<T> = std::result::Result<T, FilterError>;

/// A time as it is written in a filter.
///
/// ```
/// use std::time::Duration;
/// use syncmon::model::parse_time;
/// assert_eq!(parse_time("1.5s"), Ok(Duration::from_millis(1500)));
/// assert_eq!(parse_time("10").unwrap_err().to_string(), "10 of what? us, ms, s, m or h");
/// ```
///
/// # Errors
///
/// What is wrong with the text.
pub fn parse_time(text: &str) -> Result<Duration> {
    let mut parser = Parser { text, at: 0 };
    let number = parser.number(Field::Wait)?;
    if !parser.rest().is_empty() {
        return Err(FilterError::new(parser.at, "one time is enough"));
    }
    let us = u64::try_from(number / 1000);
    us.map(Duration::from_micros)
        .map_err(|_| FilterError::new(0, "a time is not negative, and no age of the world"))
}

/// The terms of a filter: all of them, or those before the first mistake.
pub(super) fn parse(text: &str) -> (Vec<Term>, Option<FilterError>) {
    let mut parser = Parser { text, at: 0 };
    let mut terms = Vec::new();
    while !parser.rest().trim_start().is_empty() {
        parser.at = text.len() - parser.rest().trim_start().len();
        match parser.term() {
            Ok(term) => terms.push(term),
            Err(error) => return (terms, Some(error)),
        }
    }
    (terms, None)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes over `prefix` if it comes next.
    fn eat(&mut self, prefix: &str) -> bool {
        let eaten = self.rest().starts_with(prefix);
        if eaten {
            self.at += prefix.len();
        }
        eaten
    }

    /// Goes to the next space, and gives what it went over.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    fn term(&mut self) -> Result<Term> {
        let begin = self.at;
        let negated = self.eat("!");
        if self.rest().is_empty() || self.rest().starts_with(char::is_whitespace) {
            return Err(FilterError::new(begin, "! stands before what is not to be shown"));
        }
        Ok(Term { negated, test: self.test()? })
    }

    fn test(&mut self) -> Result<Test> {
        if let Some(text) = self.quoted()? {
            return Ok(Test::Name(Needle::new(text)));
        }
        if self.rest().starts_with('/') {
            return self.pattern();
        }
        let begin = self.at;
        let rest = self.rest();
        let letters = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (key, rest) = rest.split_at(letters);
        if !key.is_empty() && rest.starts_with(':') && !rest.starts_with("::") {
            self.at += key.len() + 1;
            return self.text_field(key, begin);
        }
        let comparison = Comparison::ALL.into_iter().find(|(sign, _)| rest.starts_with(sign));
        if let (false, Some((sign, comparison))) = (key.is_empty(), comparison) {
            self.at += key.len() + sign.len();
            let field = Field::named(key).ok_or_else(|| self.unknown(key, begin))?;
            let number = self.number(field)?;
            return Ok(Test::Number(field, comparison, number));
        }
        Ok(Test::Name(Needle::new(self.word().to_owned())))
    }

    fn quoted(&mut self) -> Result<Option<String>> {
        let begin = self.at;
        if !self.eat("\"") {
            return Ok(None);
        }
        let Some(length) = self.rest().find('"') else {
            return Err(FilterError::new(begin, "the closing \" is missing"));
        };
        let text = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(Some(text))
    }

    /// `/.../`, in which a slash has a backslash before it.
    fn pattern(&mut self) -> Result<Test> {
        let begin = self.at;
        self.at += 1;
        let mut escaped = false;
        let end = self.rest().find(|c| {
            let is_end = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            is_end
        });
        let Some(length) = end else {
            let message =
                "the closing / of the regular expression is missing; a name with a / is quoted";
            return Err(FilterError::new(begin, message));
        };
        let pattern = &self.rest()[..length];
        self.at += length + 1;
        if !self.rest().is_empty() && !self.rest().starts_with(char::is_whitespace) {
            let message = "after a regular expression comes a space; a name with a / is quoted";
            return Err(FilterError::new(self.at, message));
        }
        let pattern = Regex::new(pattern).map_err(|error| {
            // The last line says what is wrong, those before it show where.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            FilterError::new(begin, format!("regular expression: {last}"))
        })?;
        Ok(Test::Pattern(pattern))
    }

    fn text_field(&mut self, key: &str, begin: usize) -> Result<Test> {
        let value_at = self.at;
        let make: fn(Needle) -> Test = match key {
            "kind" => return self.kind(),
            "type" => Test::Type,
            "thread" => Test::Thread,
            "at" => Test::At,
            _ if Field::named(key).is_some() => {
                return Err(FilterError::new(begin, format!("{key} is a number: {key}>1")));
            }
            _ => return Err(self.unknown(key, begin)),
        };
        let value = match self.quoted()? {
            Some(text) => text,
            None => self.word().to_owned(),
        };
        if value.is_empty() {
            return Err(FilterError::new(value_at, format!("{key}: what?")));
        }
        Ok(make(Needle::new(value)))
    }

    fn kind(&mut self) -> Result<Test> {
        let begin = self.at;
        let value = match self.quoted()? {
            Some(text) => text,
            None => self.word().to_owned(),
        };
        let word: String =
            value.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
        let kinds = [Kind::Atomic, Kind::Shared, Kind::WaitGroup, Kind::Queue];
        let is_meant = |kind: &Kind| kind.label().replace(' ', "").starts_with(&word);
        let kind = kinds.into_iter().find(|kind| !word.is_empty() && is_meant(kind));
        kind.map(Test::Kind).ok_or_else(|| {
            FilterError::new(begin, "kind: one of atomic, shared, wait-group and queue")
        })
    }

    /// A number with a unit, in thousandths.
    fn number(&mut self, field: Field) -> Result<i128> {
        let begin = self.at;
        let word = self.word();
        let (sign, digits) = match word.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, word),
        };
        let is_unit = |c: char| !c.is_ascii_digit() && c != '.';
        let (digits, unit) = digits.split_at(digits.find(is_unit).unwrap_or(digits.len()));
        let thousandths = thousandths(digits).ok_or_else(|| {
            FilterError::new(begin, "a number comes here, of at most 19 digits and 3 after a point")
        })?;
        let times = field.measure().unit(unit).map_err(|units| {
            let message = match unit {
                "" => format!("{word} of what? {units}"),
                _ => format!("{unit} is no unit here: {units}"),
            };
            FilterError::new(begin, message)
        })?;
        Ok(sign * thousandths * times)
    }

    fn unknown(&self, key: &str, begin: usize) -> FilterError {
        let end =
            self.rest().find(char::is_whitespace).map_or(self.text.len(), |end| self.at + end);
        let all = &self.text[begin..end];
        FilterError::new(
            begin,
            format!("\"{key}\" is no field; to look for the text, quote it: \"{all}\""),
        )
    }
}

fn thousandths(digits: &str) -> Option<i128> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str, most| text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    let ends_well = digits.ends_with(|c: char| c.is_ascii_digit());
    if whole.is_empty() || !ends_well || !plain(whole, 19) || !plain(part, 3) {
        return None;
    }
    format!("{whole}{part:0<3}").parse().ok()
}
