//! Imports between the files of this crate run one way: no file needs, by way of others, itself.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod imports;

use std::path::Path;

use imports::Graph;

#[test]
fn no_files_import_from_each_other() {
    let circles = Graph::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).circles();
    let circles = circles.join("\n");
    assert!(
        circles.is_empty(),
        "files import from each other in a circle; move what ties them into a file of its own:\n{circles}"
    );
}

#[track_caller]
fn check(texts: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(Graph::from_texts(texts.iter().copied()).circles(), expected, "{texts:?}");
}

#[test]
fn a_planted_circle_is_seen_in_every_form_of_an_import() {
    let forms = [
        "use crate::a::A;",
        "use crate::{c::{self, C}, a::{A, A as X}};",
        "pub use super::A as Other;",
        "use super::super::a::A;",
        "fn f() -> crate::a::A { x }",
        "fn f() { let b = 'b'; super::call(\"//\") }",
        "fn f<'a>(_: &'a super::A) {}",
        "use crate::Handed;",
        "fn f() { for _ in super::all() {} }",
        "use super::*;",
    ];
    for form in forms {
        let texts = [
            ("lib.rs", "mod a; mod c; pub use a::A as Handed;"),
            ("a.rs", "mod b; pub struct A(b::B);"),
            ("a/b.rs", form),
            ("c.rs", "pub struct C;"),
        ];
        check(&texts, &["a.rs -> a/b.rs\na/b.rs -> a.rs\n"]);
    }
}

#[test]
fn what_is_handed_on_leads_to_where_it_is_defined() {
    let texts = [
        (
            "lib.rs",
            "macro_rules! m { ($($n:ident)*) => { $(mod $n;)* } } m![a d]; pub use d::Deep;",
        ),
        ("a/mod.rs", "pub use b::B; use std::fmt; mod b; mod c;"),
        ("a/b.rs", "pub use self::inner::Inner; pub struct B;"),
        ("a/b/inner.rs", "pub struct Inner;"),
        ("a/c.rs", "use super::{fmt, B}; pub struct Free;"),
        ("d.rs", "pub use crate::a::b::Inner as Deep;"),
    ];
    check(&texts, &[]);
    let mut tied = texts;
    tied[3].1 = "use crate::Deep; use super::super::c::Free; pub struct Inner;";
    tied[4].1 = "use crate::Deep; pub struct Free;";
    check(&tied, &["a/b/inner.rs -> a/c.rs\na/c.rs -> a/b/inner.rs\n"]);
}

#[test]
fn comments_texts_and_tests_import_nothing() {
    let silent = [
        "// use super::A;\n/* use super::A; */ pub(in super) struct B; pub(in crate::a) struct C;",
        "const B: &str = \"super::A\"; const C: &str = r#\" \" super::A\"#;",
        "#[cfg(test)] #[path = \"x\"] mod tests { use super::super::A; fn f() {} }",
        "#[cfg(test)] use super::A; pub struct B;",
    ];
    for silent in silent {
        let texts = [
            ("lib.rs", "mod a;"),
            ("a.rs", "mod b; pub struct A(b::B);"),
            ("a/b.rs", silent),
            ("a/b/tests.rs", "use super::super::A;"),
        ];
        check(&texts, &[]);
    }
}
