//! Which file of a crate imports from which, read from its source.
//!
//! An import is an arrow to the file that *defines* what is named: a name that a module merely hands on
//! with `use` leads to where that comes from. A module is its file, whoever declares it, so that a
//! module from a macro counts too. Left out are comments, texts, and whatever is there for tests.
//! Glob imports count for the module named, and inline modules for the file that they stand in.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tokens::{is_name, tokens, without_tests};

/// The names from the crate's root to a module; the root's own is empty.
type Module = Vec<String>;

/// From each module to others.
type Arrows<'m> = BTreeMap<&'m Module, BTreeSet<&'m Module>>;

/// The imports between the files of one crate.
pub struct Graph {
    files: BTreeMap<Module, File>,
}

/// What one file says of others.
struct File {
    /// Its path in the folder of sources.
    path: String,
    /// What its `use` declarations call things, and the path of each.
    uses: Vec<(String, Vec<String>)>,
    /// Every other path in it of two names and more.
    paths: Vec<Vec<String>>,
}

impl Graph {
    /// The imports between the files below a folder, which is that of a crate's sources.
    pub fn of(src: &Path) -> Self {
        let mut texts = Vec::new();
        let mut folders = vec![src.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(src).unwrap().display().to_string();
                    texts.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Graph::from_texts(texts.iter().map(|(path, text)| (&**path, &**text)))
    }

    /// The imports between files, given by their paths in the folder of sources and what they hold.
    pub fn from_texts<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut files = BTreeMap::new();
        for (path, text) in texts {
            let mut module: Module =
                path.trim_end_matches(".rs").split('/').map(Into::into).collect();
            if module.iter().any(|name| name == "tests") {
                continue;
            }
            let own = module.last().map_or("", String::as_str);
            if own == "mod" || module.len() == 1 && matches!(own, "lib" | "main") {
                module.pop();
            }
            files.insert(module, File::parse(path, text));
        }
        Graph { files }
    }

    /// The circles of files that import from each other, by way of others too: of each the arrows
    /// between its files, one a line.
    pub fn circles(&self) -> Vec<String> {
        let arrows: Arrows = self.files.keys().map(|from| (from, self.arrows(from))).collect();
        let reach: Arrows = arrows.keys().map(|&from| (from, reached(&arrows, from))).collect();
        let mut circles = BTreeSet::new();
        for (&from, reached) in &reach {
            let circle: BTreeSet<_> =
                reached.iter().copied().filter(|to| reach[to].contains(from)).collect();
            let mut lines = String::new();
            for &from in &circle {
                for &to in arrows[from].intersection(&circle) {
                    lines += &format!("{} -> {}\n", self.files[from].path, self.files[to].path);
                }
            }
            circles.insert(lines);
        }
        circles.remove("");
        circles.into_iter().collect()
    }

    /// The modules from whose files that of a module imports.
    fn arrows(&self, from: &Module) -> BTreeSet<&Module> {
        let file = &self.files[from];
        let named = file.uses.iter().map(|(_, path)| path).chain(&file.paths);
        let found = named.filter_map(|path| self.find(from, path)).map(|(module, _)| module);
        let known = found.filter_map(|module| self.files.get_key_value(&module));
        known.map(|(module, _)| module).filter(|&to| to != from).collect()
    }

    /// The module whose file defines what a path in a module names, and whether the path names the
    /// module itself. What other crates define is in none.
    fn find(&self, from: &Module, path: &[String]) -> Option<(Module, bool)> {
        let mut at = from.clone();
        for (number, name) in path.iter().enumerate() {
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()?),
                _ => {
                    let child: Module = at.iter().chain([name]).cloned().collect();
                    if self.files.contains_key(&child) {
                        at = child;
                        continue;
                    }
                    let mut uses = self.files.get(&at)?.uses.iter();
                    // A crate may hold a thing of its own name.
                    let used = uses.find(|(alias, path)| alias == name && path[0] != *name);
                    match used {
                        Some((_, path)) => match self.find(&at, path)? {
                            (module, true) => at = module,
                            (module, false) => return Some((module, false)),
                        },
                        None if number == 0 => return None,
                        None => return Some((at, false)),
                    }
                }
            }
        }
        Some((at, true))
    }
}

/// What arrows lead to from a module, in one step or many.
fn reached<'m>(arrows: &Arrows<'m>, from: &'m Module) -> BTreeSet<&'m Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        open.extend(arrows[at].iter().copied().filter(|&to| reached.insert(to)));
    }
    reached
}

impl File {
    fn parse(path: &str, text: &str) -> Self {
        let tokens = without_tests(&tokens(text));
        let mut file = File { path: path.into(), uses: Vec::new(), paths: Vec::new() };
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at] == "use" {
                at += 1;
                tree(&tokens, &mut at, &[], &mut file.uses);
                continue;
            }
            let mut names = vec![tokens[at].into()];
            while is_name(tokens[at]) && tokens.get(at + 1) == Some(&"::") {
                let Some(name) = tokens.get(at + 2).filter(|name| is_name(name)) else { break };
                names.push((*name).into());
                at += 2;
            }
            // Not `pub(in super::super)`, which imports nothing.
            if names.len() > 1 && !tokens[..at - 2 * (names.len() - 1)].ends_with(&["(", "in"]) {
                file.paths.push(names);
            }
            at += 1;
        }
        file
    }
}

/// Reads one branch of a `use` declaration, from `at` on, below `stem`.
fn tree(tokens: &[&str], at: &mut usize, stem: &[String], uses: &mut Vec<(String, Vec<String>)>) {
    let mut path = stem.to_vec();
    while let Some(&token) = tokens.get(*at) {
        *at += 1;
        match token {
            "{" => {
                while tokens.get(*at).is_some_and(|&token| token != "}") {
                    tree(tokens, at, &path, uses);
                    // A comma, or the name after `as`.
                    *at += usize::from(tokens.get(*at) != Some(&"}"));
                }
                *at += 1;
                return;
            }
            "::" | "*" => {}
            "self" if !path.is_empty() => {}
            "as" => break,
            name if is_name(name) => path.push(name.into()),
            _ => {
                *at -= 1;
                break;
            }
        }
    }
    let Some(last) = path.last() else { return };
    let alias = if tokens[*at - 1] == "as" { tokens[*at] } else { last };
    uses.push((alias.into(), path));
}
