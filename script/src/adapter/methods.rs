//! What there is to be called. One list makes the check of how many arguments there are, the answer to a method that
//! there is not, and the table in docs/SCRIPTS.md.

use named_sync::Kind;

/// A method of a primitive, or a function of the module.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Its arguments, those in brackets optional: `item, [seconds]`.
    pub arguments: &'static str,
    /// With how many arguments it can be called.
    pub arity: (usize, usize),
    /// What it does and gives.
    pub does: &'static str,
}

const fn method(
    name: &'static str,
    arguments: &'static str,
    arity: (usize, usize),
    does: &'static str,
) -> Method {
    Method { name, arguments, arity, does }
}

const ATOMIC: &[Method] = &[
    method("add", "[delta]", (0, 1), "adds `delta`, or 1, and gives the new value; wraps around"),
    method("get", "", (0, 0), "gives the value"),
    method("set", "value", (1, 1), "replaces the value"),
];

const SHARED: &[Method] = &[
    method("get", "", (0, 0), "gives a copy of the value"),
    method("set", "value", (1, 1), "replaces the value"),
    method(
        "update",
        "function",
        (1, 1),
        "replaces the value by what the function makes of it, and gives a copy of that; the function runs again if \
         another environment was faster, and if it fails nothing is replaced",
    ),
];

const WAIT_GROUP: &[Method] = &[
    method("add", "[delta]", (0, 1), "adds `delta`, or 1, to the count"),
    method("done", "", (0, 0), "takes 1 off the count"),
    method("count", "", (0, 0), "gives the count"),
    method(
        "wait",
        "[seconds]",
        (0, 1),
        "waits until the count is zero; with `seconds` no longer than that, and gives whether it came to zero",
    ),
];

const QUEUE: &[Method] = &[
    method(
        "put",
        "item, [seconds]",
        (1, 2),
        "puts a copy of the item in, and waits while the queue is full; with `seconds` no longer than that, and gives \
         whether it is in",
    ),
    method(
        "try_put",
        "item",
        (1, 1),
        "puts a copy of the item in, unless the queue is full; gives whether it is in",
    ),
    method(
        "get",
        "[seconds]",
        (0, 1),
        "takes the first item out, and waits while there is none, with `seconds` no longer than that; gives `()` if \
         that time is over, or if the queue is closed and empty",
    ),
    method("try_get", "", (0, 0), "takes the first item out, or gives `()` if there is none"),
    method("size", "", (0, 0), "gives how many items there are"),
    method("capacity", "", (0, 0), "gives the bound, or 0 if there is none"),
    method(
        "close",
        "",
        (0, 0),
        "nothing can be put any more, what is there can still be got; wakes all who wait; gives whether this call did it",
    ),
    method("is_closed", "", (0, 0), "gives whether it was closed"),
];

/// The functions of the module.
pub(crate) mod module {
    use super::{Method, method};

    pub(crate) const ATOMIC: Method = method(
        "Atomic",
        "name, [initial]",
        (1, 2),
        "the atomic of this name, made with `initial`, or 0",
    );
    pub(crate) const SHARED: Method = method(
        "Shared",
        "name, [initial]",
        (1, 2),
        "the shared variable of this name, made with `initial`, or `()`",
    );
    pub(crate) const WAIT_GROUP: Method =
        method("WaitGroup", "name", (1, 1), "the wait group of this name");
    pub(crate) const QUEUE: Method = method(
        "Queue",
        "name, [maxsize]",
        (1, 2),
        "the queue of this name, made with this bound; 0, or nothing, is no bound, or the one it has",
    );
    pub(crate) const NAMES: Method = method(
        "names",
        "",
        (0, 0),
        "an array of `#{kind, name}` of all that this environment can see",
    );
}

/// The functions of the module, each of which is called as `sync::NAME`.
///
/// ```
/// assert_eq!(named_sync_rhai::functions()[3].name, "Queue");
/// ```
pub fn functions() -> &'static [Method] {
    const { &[module::ATOMIC, module::SHARED, module::WAIT_GROUP, module::QUEUE, module::NAMES] }
}

/// The methods of a kind of primitive.
///
/// ```
/// use named_sync::Kind;
/// let names: Vec<_> = named_sync_rhai::methods_of(Kind::Atomic).iter().map(|it| it.name).collect();
/// assert_eq!(names, ["add", "get", "set"]);
/// ```
pub fn methods_of(kind: Kind) -> &'static [Method] {
    match kind {
        Kind::Atomic => ATOMIC,
        Kind::Shared => SHARED,
        Kind::WaitGroup => WAIT_GROUP,
        Kind::Queue => QUEUE,
    }
}

/// What else a script's author may try: as methods of other kinds are called, and in other libraries. For engines that tell
/// where a call stands only to functions that there are.
///
/// ```
/// use named_sync::Kind;
/// use named_sync_rhai::adapter::mistakable_for_methods_of;
/// let names: Vec<_> = mistakable_for_methods_of(Kind::Atomic).collect();
/// assert!(names.contains(&"put") && names.contains(&"increment") && !names.contains(&"add"));
/// ```
pub fn mistakable_for_methods_of(kind: Kind) -> impl Iterator<Item = &'static str> {
    // No words that a host's own function for any value could have: `send`, `read`, `lock`.
    const ELSEWHERE: &[&str] = &[
        "push",
        "pop",
        "enqueue",
        "dequeue",
        "try_send",
        "recv",
        "try_recv",
        "receive",
        "is_empty",
        "fetch_add",
        "inc",
        "increment",
        "dec",
        "decrement",
        "sub",
        "swap",
    ];
    let kinds = [Kind::Atomic, Kind::Shared, Kind::WaitGroup, Kind::Queue];
    let of_others = kinds.into_iter().flat_map(methods_of).map(|method| method.name);
    let mut names: Vec<_> = of_others.chain(ELSEWHERE.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| methods_of(kind).iter().all(|method| method.name != *name));
    names.into_iter()
}

/// What the adapter asks of a primitive, of whatever kind.
pub trait Operations: Clone + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: Kind;

    /// The name in the registry.
    fn full_name(&self) -> Option<&str>;
}
