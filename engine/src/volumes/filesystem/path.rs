//! Paths in file systems that number their folders and have the parent and the name of each.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

use crate::volumes::filesystem::MOST_DEPTH;

/// What a folder is called whose own name is lost: by the number that its file system has for it, so that all
/// its files stay together, whatever leads to them.
pub(crate) fn nameless_folder(number: impl Display) -> String {
    format!("lost-folder-{number}")
}

/// Bytes of a path that are kept.
const LONGEST: usize = 4096;

/// The names from below `root` to the file called `name` in the folder `parent`, joined by `/`, as far up
/// as its folders are known; `top` stands before them unless it is empty. Where not even the folder of the
/// file is known, its number stands for it.
pub(crate) fn path<K: Copy + Eq + Hash + Display>(
    folders: &HashMap<K, (K, String)>,
    root: K,
    parent: K,
    name: &str,
    top: &str,
) -> String {
    let mut names = vec![name];
    let (mut folder, mut len) = (parent, name.len());
    let nameless = nameless_folder(parent);
    if folder != root && !folders.contains_key(&folder) {
        names.push(&nameless);
    }
    while folder != root && names.len() < MOST_DEPTH {
        let Some((parent, name)) = folders.get(&folder) else { break };
        len += name.len() + 1;
        if len > LONGEST {
            break;
        }
        names.push(name);
        folder = *parent;
    }
    if !top.is_empty() {
        names.push(top);
    }
    names.reverse();
    names.join("/")
}
