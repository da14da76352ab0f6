//! What an image says of itself.

use super::turtle::{self, Statement};
use crate::source::container::refusal::Refusal;

/// What the words of the format begin with.
const SCHEMA: &str = "http://aff4.org/Schema#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// What streams are, and what is a disk or something like one.
const MAP: &str = "Map";
const STREAM: &str = "ImageStream";
const ENCRYPTED: &str = "EncryptedStream";
const FILE: &str = "FileImage";

/// The statements of an image.
pub(super) struct Metadata(Vec<Statement>);

/// What holds the bytes of the disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// A map of streams, and the length of the disk where it says.
    Map { name: String, len: Option<u64> },
    /// One stream.
    Stream(String),
}

impl Metadata {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        turtle::parse(&String::from_utf8_lossy(text)).map(Metadata)
    }

    /// What is said of a subject by a word of the format.
    pub(super) fn value(&self, subject: &str, word: &str) -> Option<&str> {
        let said = |found: &&Statement| {
            found.subject == subject && found.predicate.strip_prefix(SCHEMA) == Some(word)
        };
        self.0.iter().find(said).map(|found| found.object.as_str())
    }

    /// The same, as a number.
    pub(super) fn number(&self, subject: &str, word: &str) -> Option<u64> {
        self.value(subject, word)?.trim().parse().ok()
    }

    /// Whether a subject is of a kind.
    pub(super) fn is(&self, subject: &str, kind: &str) -> bool {
        self.0.iter().any(|found| found.subject == subject && is_type(found, kind))
    }

    /// What holds the disk: what an image says, or else the one map, or else the one stream.
    pub(super) fn image(&self) -> Result<Image, Refusal> {
        if self.0.iter().any(|found| is_type(found, ENCRYPTED)) {
            return Err(Refusal::new("encrypted"));
        }
        let word = |found: &Statement, word| found.predicate.strip_prefix(SCHEMA) == Some(word);
        let told =
            self.0.iter().filter(|found| word(found, "dataStream")).map(|found| &found.object);
        let of_type = |kind: &'static str| {
            self.0.iter().filter(move |found| is_type(found, kind)).map(|found| &found.subject)
        };
        let told = one(told)?;
        let told = if told.is_none() { one(of_type(MAP))? } else { told };
        let told = if told.is_none() { one(of_type(STREAM))? } else { told };
        let Some(name) = told.cloned() else {
            return Err(match of_type(FILE).next() {
                Some(_) => Refusal::new("of files, and not of a disk"),
                None => Refusal::new("and holds no stream of a kind that is known"),
            });
        };
        if self.is(&name, MAP) {
            let len = self.number(&name, "size").filter(|len| *len <= i64::MAX as u64);
            return Ok(Image::Map { name, len });
        }
        match self.is(&name, STREAM) {
            true => Ok(Image::Stream(name)),
            false => {
                Err(Refusal::new(format!("in several files, and {name} does not lie in this one")))
            }
        }
    }
}

fn is_type(found: &Statement, kind: &str) -> bool {
    found.predicate == TYPE && found.object.strip_prefix(SCHEMA) == Some(kind)
}

/// The one of some names, where there is one.
fn one<'n>(names: impl Iterator<Item = &'n String>) -> Result<Option<&'n String>, Refusal> {
    let mut names: Vec<&String> = names.collect();
    names.sort();
    names.dedup();
    match names[..] {
        [] => Ok(None),
        [name] => Ok(Some(name)),
        _ => Err(Refusal::new(format!("and holds {} disks", names.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Image, &str>) {
        let text = format!("@prefix a: <{SCHEMA}> .\n{text}");
        let found = Metadata::parse(text.as_bytes()).unwrap().image();
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(refusal), Err(why)) => assert!(refusal.why.contains(why), "{refusal:?}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn the_disk_is_what_an_image_says_or_the_only_one() {
        let map = |len| Image::Map { name: "m".to_owned(), len };
        check(
            "<i> a a:DiskImage; a:dataStream <m> . <m> a a:Map; a:size 512 . <s> a a:ImageStream .",
            Ok(map(Some(512))),
        );
        check("<m> a a:Map . <s> a a:ImageStream .", Ok(map(None)));
        check("<s> a a:ImageStream .", Ok(Image::Stream("s".to_owned())));
        check("<s> a a:ImageStream . <t> a a:ImageStream .", Err("holds 2 disks"));
        check("<i> a:dataStream <m> .", Err("does not lie in this one"));
        check("<s> a a:EncryptedStream .", Err("encrypted"));
        check("<f> a a:FileImage .", Err("of files"));
        check("<f> a a:Other .", Err("no stream"));
    }
}
