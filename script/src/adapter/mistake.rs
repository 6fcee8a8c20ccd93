//! What a script did wrong, in words: which primitive, what happened, and what to do.

use std::error::Error;
use std::fmt;

use super::methods::{Method, methods_of};
use super::value::Unsendable;
use super::waiting::Interrupted;
use named_sync::Kind;

/// What a script did wrong. Its text names the primitive; where it stands in the script is for the engine to tell.
///
/// ```
/// use named_sync_rhai::{adapter::Mistake, methods_of};
/// use named_sync::Kind;
///
/// let mistake = Mistake::wrong_type(r#"atomic "hits""#, "delta", "an integer", "string");
/// assert_eq!(mistake.to_string(), r#"atomic "hits": delta must be an integer, and is a string"#);
/// let mistake = Mistake::unknown_method(Kind::Atomic, "hits", "increment");
/// assert_eq!(mistake.to_string(), r#"atomic "hits": no method "increment"; there are add, get, set"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(String);

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The script made a mistake, and may catch it.
    Mistake(Mistake),
    /// The host ended it, which is not for the script to catch.
    Interrupted(Interrupted),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Mistake {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Mistake(mistake) => mistake.fmt(f),
            Failure::Interrupted(interrupted) => interrupted.fmt(f),
        }
    }
}

impl Error for Failure {}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        Failure::Mistake(mistake)
    }
}

/// The longest name that a message repeats whole.
const NAME_LIMIT: usize = 64;

/// A primitive as messages call it: `queue "jobs"`.
pub(super) fn subject(kind: Kind, name: &str) -> String {
    match name.char_indices().nth(NAME_LIMIT) {
        Some((end, _)) => format!("{kind} {:?}…", &name[..end]),
        None => format!("{kind} {name:?}"),
    }
}

impl Mistake {
    /// `subject` is a primitive, as in `queue "jobs"`, or a function of the module, as in `sync::Queue`.
    pub fn new(subject: &str, what: impl fmt::Display) -> Self {
        Self(format!("{subject}: {what}"))
    }

    /// An argument is of another type than it must be.
    pub fn wrong_type(subject: &str, argument: &str, must_be: &str, is: &str) -> Self {
        Self::new(
            subject,
            format_args!("{argument} must be {must_be}, and is {}", with_article(is)),
        )
    }

    /// There are more or fewer arguments than there can be.
    pub fn wrong_number(subject: &str, method: &Method, number: usize) -> Self {
        let Method { name, arguments, arity: (least, most), .. } = method;
        let takes = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        Self::new(subject, format_args!("{name}({arguments}) takes {takes}, and got {number}"))
    }

    /// There is no such method.
    pub fn unknown_method(kind: Kind, name: &str, method: &str) -> Self {
        let there = names_of_methods(kind);
        Self::new(&subject(kind, name), format_args!("no method {method:?}; there are {there}"))
    }

    /// A property of a primitive, of which there are none.
    pub fn unknown_property(kind: Kind, name: &str, property: &str) -> Self {
        let subject = subject(kind, name);
        if methods_of(kind).iter().any(|method| method.name == property) {
            return Self::new(
                &subject,
                format_args!("{property:?} is a method, and is called with parentheses"),
            );
        }
        let there = names_of_methods(kind);
        Self::new(&subject, format_args!("no property {property:?}; there are the methods {there}"))
    }

    pub(super) fn unsendable(subject: &str, why: &Unsendable) -> Self {
        match why {
            Unsendable::TooLarge(limit) => Self::new(
                subject,
                format_args!("the value takes more than {limit} bytes, which is the limit"),
            ),
            Unsendable::TooDeep(limit) => Self::new(
                subject,
                format_args!(
                    "the value has arrays or maps more than {limit} deep, which is the limit"
                ),
            ),
            Unsendable::Type(name) => Self::new(
                subject,
                format_args!(
                    "{} belongs to its own environment and can not be sent to others",
                    with_article(name)
                ),
            ),
        }
    }
}

fn names_of_methods(kind: Kind) -> String {
    let names: Vec<_> = methods_of(kind).iter().map(|method| method.name).collect();
    names.join(", ")
}

fn with_article(noun: &str) -> String {
    let article =
        if noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    if noun == "()" { "()".to_owned() } else { format!("{article} {noun}") }
}
