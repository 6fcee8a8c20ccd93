//! Rhai's values as arguments.

use rhai::{Dynamic, FnPtr, ImmutableString, NativeCallContext};

use crate::adapter::{Method, Mistake};

/// What a function was called with.
pub(super) struct Arguments<'a, 'b, 'c> {
    pub(super) context: &'a NativeCallContext<'b>,
    /// Without the object of which a method is called.
    pub(super) values: &'a mut [&'c mut Dynamic],
    pub(super) method: &'static Method,
}

impl Arguments<'_, '_, '_> {
    /// Whether there are as many as there can be. `subject` is who is called.
    pub(super) fn check_number(&self, subject: impl FnOnce() -> String) -> Result<(), Mistake> {
        let (least, most) = self.method.arity;
        match self.values.len() {
            number if number < least || number > most => {
                Err(Mistake::wrong_number(&subject(), self.method, number))
            }
            _ => Ok(()),
        }
    }

    /// Whether there is one at this place.
    pub(super) fn has(&self, at: usize) -> bool {
        at < self.values.len()
    }

    /// The argument, which is the function's then.
    pub(super) fn take(&mut self, at: usize) -> Dynamic {
        std::mem::take(self.values[at])
    }

    pub(super) fn text(
        &self,
        at: usize,
        subject: impl FnOnce() -> String,
    ) -> Result<ImmutableString, Mistake> {
        let value = self.values[at].read_lock::<ImmutableString>();
        value.map(|text| text.clone()).ok_or_else(|| self.wrong_type(at, "a string", subject))
    }

    /// The argument, or `default` if there is none.
    pub(super) fn integer(
        &self,
        at: usize,
        default: i64,
        subject: impl FnOnce() -> String,
    ) -> Result<i64, Mistake> {
        match self.has(at) {
            true => {
                self.values[at].as_int().map_err(|_| self.wrong_type(at, "an integer", subject))
            }
            false => Ok(default),
        }
    }

    pub(super) fn seconds(
        &self,
        at: usize,
        subject: impl FnOnce() -> String,
    ) -> Result<Option<f64>, Mistake> {
        if !self.has(at) {
            return Ok(None);
        }
        let value = &self.values[at];
        let number = value.as_float().or_else(|_| value.as_int().map(|seconds| seconds as f64));
        number.map(Some).map_err(|_| self.wrong_type(at, "a number", subject))
    }

    pub(super) fn function(
        &self,
        at: usize,
        subject: impl FnOnce() -> String,
    ) -> Result<FnPtr, Mistake> {
        let value = self.values[at].read_lock::<FnPtr>();
        value
            .map(|function| function.clone())
            .ok_or_else(|| self.wrong_type(at, "a function", subject))
    }

    fn wrong_type(&self, at: usize, must_be: &str, subject: impl FnOnce() -> String) -> Mistake {
        let name = self.method.arguments.split(", ").nth(at).unwrap_or_default();
        let name = name.trim_matches(['[', ']']);
        let is = self.context.engine().map_type_name(self.values[at].type_name());
        Mistake::wrong_type(&subject(), name, must_be, is)
    }
}
