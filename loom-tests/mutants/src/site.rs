//! Where the core asks for an ordering, found in its sources.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprMethodCall, Item, Macro, Meta, Token};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    Relaxed,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

impl Order {
    fn named(name: &str) -> Option<Self> {
        [Self::Relaxed, Self::Acquire, Self::Release, Self::AcqRel, Self::SeqCst]
            .into_iter()
            .find(|order| order.to_string() == name)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One ordering that one access asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// From the root of the repository.
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The first is 1.
    pub(crate) column: usize,
    /// The function in which it stands.
    pub(crate) function: String,
    /// The method, or `fence`.
    pub(crate) access: String,
    /// Which of the accesses of this name in the function it is; the first is 1.
    pub(crate) nth: usize,
    /// Which of the access's orderings: the second of a compare-exchange is that of its failure.
    pub(crate) argument: usize,
    pub(crate) order: Order,
    /// What the comment before it says, from `ORDERING:` or `Relaxed` on.
    pub(crate) argued: Option<String>,
}

impl Site {
    /// As the watched atomics name it.
    pub(crate) fn key(&self) -> String {
        format!("{}:{}:{}#{}", self.file, self.line, self.column, self.argument)
    }
}

/// For a reader: what stays the same when lines are added above.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.strip_prefix("core/src/").unwrap_or(&self.file);
        write!(f, "{file} {}: {}", self.function, self.access)?;
        if self.nth > 1 {
            write!(f, " ({})", self.nth)?;
        }
        if self.argument > 0 {
            f.write_str(", on failure")?;
        }
        Ok(())
    }
}

/// All sites below `core/src` in this repository that are compiled under loom, but for the door to the platform.
pub(crate) fn all(repository: &Path) -> Result<Vec<Site>, String> {
    let mut files = Vec::new();
    collect(&repository.join("core/src"), &mut files)?;
    files.sort();
    let mut sites = Vec::new();
    for path in files {
        let name = path.strip_prefix(repository).expect("it was found there");
        let name = name.to_string_lossy().into_owned();
        if name == "core/src/sync.rs" || name.starts_with("core/src/sync/") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        sites.extend(in_source(&name, &text)?);
    }
    Ok(sites)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The sites of one file.
pub(crate) fn in_source(name: &str, text: &str) -> Result<Vec<Site>, String> {
    let file = syn::parse_file(text).map_err(|error| format!("{name}: {error}"))?;
    let lines: Vec<&str> = text.lines().collect();
    let mut finder = Finder {
        name,
        lines: &lines,
        functions: Vec::new(),
        sites: Vec::new(),
        mentioned: Vec::new(),
        problem: None,
    };
    finder.visit_file(&file);
    if let Some(problem) = finder.problem {
        return Err(problem);
    }
    // Each ordering that is mentioned must be one that an access asks for, or it would escape.
    if finder.mentioned.len() != finder.sites.len() {
        return Err(format!(
            "{name}: {} orderings are mentioned (lines {:?}), and {} are arguments of an access",
            finder.mentioned.len(),
            finder.mentioned,
            finder.sites.len()
        ));
    }
    Ok(finder.sites)
}

struct Finder<'a> {
    name: &'a str,
    lines: &'a [&'a str],
    functions: Vec<String>,
    sites: Vec<Site>,
    /// Lines that name an ordering.
    mentioned: Vec<usize>,
    problem: Option<String>,
}

impl Finder<'_> {
    fn access<'e>(
        &mut self,
        access: &str,
        at: proc_macro2::LineColumn,
        arguments: impl IntoIterator<Item = &'e Expr>,
    ) {
        let function = self.functions.last().cloned().unwrap_or_default();
        let before =
            |site: &&Site| site.function == function && site.access == access && site.argument == 0;
        let nth = self.sites.iter().filter(before).count() + 1;
        let orders = arguments.into_iter().filter_map(order_of);
        let argued = self.argued(at.line);
        self.sites.extend(orders.enumerate().map(|(argument, order)| Site {
            file: self.name.to_owned(),
            line: at.line,
            column: at.column + 1,
            function: function.clone(),
            access: access.to_owned(),
            nth,
            argument,
            order,
            argued: argued.clone(),
        }));
    }

    /// The nearest comment above this line, in the same function, that argues for an ordering; or else the one that
    /// speaks for all of an `impl`.
    fn argued(&self, line: usize) -> Option<String> {
        let comment =
            |line: &str| line.trim().strip_prefix("//").map(|text| text.trim().to_owned());
        let argues = |above: &usize| {
            comment(self.lines[*above])
                .is_some_and(|text| text.starts_with("ORDERING: ") || text.starts_with("Relaxed"))
        };
        let speaks_for_all = |above: &usize| self.lines[*above].starts_with("// ORDERING: ");
        let mut in_function =
            (0..line).rev().take_while(|&above| !self.lines[above].contains("fn "));
        let start = in_function.find(argues).or_else(|| (0..line).rev().find(speaks_for_all))?;
        let text: Vec<String> =
            self.lines[start..].iter().map_while(|line| comment(line)).collect();
        let text = text.join(" ");
        Some(text.strip_prefix("ORDERING: ").unwrap_or(&text).to_owned())
    }
}

fn order_of(argument: &Expr) -> Option<Order> {
    match argument {
        Expr::Path(path) => order_named_by(&path.path),
        _ => None,
    }
}

fn order_named_by(path: &syn::Path) -> Option<Order> {
    let mut segments = path.segments.iter().rev();
    let (order, of) = (segments.next()?, segments.next()?);
    (of.ident == "Ordering").then(|| Order::named(&order.ident.to_string()))?
}

const ACCESSES: [&str; 12] = [
    "load",
    "store",
    "swap",
    "compare_exchange",
    "compare_exchange_weak",
    "fetch_add",
    "fetch_sub",
    "fetch_and",
    "fetch_or",
    "fetch_max",
    "fetch_min",
    "fence",
];

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if compiled(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.functions.push(function.sig.ident.to_string());
        visit::visit_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if compiled(&function.attrs) {
            self.functions.push(function.sig.ident.to_string());
            visit::visit_impl_item_fn(self, function);
            self.functions.pop();
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.functions.push(function.sig.ident.to_string());
        visit::visit_trait_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let method = call.method.to_string();
        if ACCESSES.contains(&&*method) {
            self.access(&method, call.method.span().start(), &call.args);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        visit::visit_expr_call(self, call);
        if let Expr::Path(path) = &*call.func
            && path.path.is_ident("fence")
        {
            self.access("fence", call.span().start(), &call.args);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        visit::visit_path(self, path);
        if order_named_by(path).is_some() {
            self.mentioned.push(path.span().start().line);
        }
    }

    fn visit_macro(&mut self, makro: &'ast Macro) {
        let arguments = makro.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match arguments {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            Err(_) if makro.tokens.to_string().contains("Ordering ::") => {
                let line = makro.span().start().line;
                let problem = format!("{}:{line}: an ordering in a macro is not seen", self.name);
                self.problem.get_or_insert(problem);
            }
            Err(_) => {}
        }
    }
}

/// Whether an item with these attributes is there in the models.
fn compiled(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .all(|attribute| attribute.parse_args::<Meta>().is_ok_and(|condition| holds(&condition)))
}

fn holds(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => {
            ["loom", "mutants", "debug_assertions"].iter().any(|set| path.is_ident(set))
        }
        // The only feature is `loom`, and it is on.
        Meta::NameValue(value) => value.path.is_ident("feature"),
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let parts = parts.unwrap_or_default();
            if list.path.is_ident("not") {
                !parts.iter().all(holds)
            } else if list.path.is_ident("any") {
                parts.iter().any(holds)
            } else {
                parts.iter().all(holds)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ordering_of_an_access_is_a_site_with_its_place_and_its_argument() {
        let source = "
fn outer() {
    // ORDERING: pairs with nothing,
    // as this is a test.
    word.compare_exchange(1, 2, Ordering::AcqRel, Ordering::Acquire);
    word.load(Ordering::Acquire);
    assert!(other.load(Ordering::Relaxed) == 0);
    fence(Ordering::SeqCst);
}
";
        let sites = in_source("x.rs", source).unwrap();
        let keys: Vec<_> =
            sites.iter().map(|site| (site.key(), site.to_string(), site.order)).collect();
        let expected = [
            ("x.rs:5:10#0", "x.rs outer: compare_exchange", Order::AcqRel),
            ("x.rs:5:10#1", "x.rs outer: compare_exchange, on failure", Order::Acquire),
            ("x.rs:6:10#0", "x.rs outer: load", Order::Acquire),
            ("x.rs:7:19#0", "x.rs outer: load (2)", Order::Relaxed),
            ("x.rs:8:5#0", "x.rs outer: fence", Order::SeqCst),
        ];
        assert_eq!(
            keys,
            expected.map(|(key, text, order)| (key.to_owned(), text.to_owned(), order))
        );
        assert_eq!(sites[0].argued.as_deref(), Some("pairs with nothing, as this is a test."));
        let source = "
// ORDERING: all of them.
impl A {
    fn a() {
        word.load(Ordering::Acquire);
    }
}
";
        let sites = in_source("x.rs", source).unwrap();
        assert_eq!(sites[0].argued.as_deref(), Some("all of them."));
    }

    #[test]
    fn what_the_models_do_not_compile_is_no_site() {
        let source = "
#[cfg(all(test, not(loom)))]
mod tests { fn a() { word.load(Ordering::Acquire); } }
#[cfg(not(all(loom, feature = \"loom\")))]
fn b() { word.load(Ordering::Acquire); }
#[cfg(all(loom, feature = \"loom\"))]
fn c() { word.load(Ordering::Acquire); }
";
        let functions: Vec<_> =
            in_source("x.rs", source).unwrap().into_iter().map(|site| site.function).collect();
        assert_eq!(functions, ["c"]);
    }

    #[test]
    fn an_ordering_that_would_escape_is_an_error() {
        let error =
            in_source("x.rs", "fn a() { let order = Ordering::Acquire; word.load(order); }");
        assert!(error.unwrap_err().contains("1 orderings are mentioned (lines [1]), and 0 are"));
        let error = in_source("x.rs", "fn a() { odd!(x => Ordering::Acquire); }");
        assert!(error.unwrap_err().contains("x.rs:1: an ordering in a macro is not seen"));
    }
}
