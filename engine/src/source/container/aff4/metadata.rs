//! What an image says of itself.

use std::collections::HashSet;

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

/// What images are of: the first of these kinds of which there is one is what is read, then any other.
const KINDS: [&str; 2] = ["DiskImage", "VolumeImage"];
const MEMORY: &str = "MemoryImage";

/// Images that are named in a refusal.
const MOST_NAMED: usize = 4;

/// The statements of an image.
pub(super) struct Metadata(Vec<Statement>);

/// What holds the bytes of the disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// A map of streams, the length of the disk where it says, and the stream that lies in its gaps.
    Map { name: String, len: Option<u64>, gaps: Option<String> },
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

    /// What holds the disk: what its image says, or else the one map, or else the one stream. `is_here` tells whether a
    /// map lies in the volume.
    ///
    /// Source: "AFF4 Standard v1.0a", 2.1 "Base Classes" and 7.1 "Striped Containers".
    pub(super) fn image(&self, is_here: &dyn Fn(&str) -> bool) -> Result<Image, Refusal> {
        if self.0.iter().any(|found| is_type(found, ENCRYPTED)) {
            return Err(Refusal::new("encrypted"));
        }
        let name = match self.told(is_here)? {
            Some(name) => name,
            None => self.only()?,
        };
        if self.is(&name, MAP) {
            let len = self.number(&name, "size").filter(|len| *len <= i64::MAX as u64);
            let gaps = self.value(&name, "mapGapDefaultStream").map(str::to_owned);
            return Ok(Image::Map { name, len, gaps });
        }
        match self.is(&name, STREAM) {
            true => Ok(Image::Stream(name)),
            false => {
                Err(Refusal::new(format!("in several files, and {name} does not lie in this one")))
            }
        }
    }

    /// What the image says that its bytes are: of several images the disk, or the only one that is of no files.
    fn told(&self, is_here: &dyn Fn(&str) -> bool) -> Result<Option<String>, Refusal> {
        let images = unique(self.said("dataStream").map(|found| &found.subject));
        let images: Vec<&String> =
            images.into_iter().filter(|image| !self.is(image, FILE)).collect();
        let of = |kind: &str| -> Vec<&String> {
            images.iter().filter(|image| self.is(image, kind)).copied().collect()
        };
        let others = || images.iter().filter(|image| !self.is(image, MEMORY)).copied().collect();
        let chosen = KINDS.into_iter().map(of).find(|images| !images.is_empty());
        let chosen = chosen.unwrap_or_else(others);
        let chosen = if chosen.is_empty() { of(MEMORY) } else { chosen };
        let image = match chosen[..] {
            [] => return Ok(None),
            [image] => image,
            _ => return Err(several(&chosen)),
        };
        // A striped image has a map in each of its files, and they tell the same.
        let streams = self.said("dataStream").filter(|found| found.subject == *image);
        let streams: Vec<&String> = streams.map(|found| &found.object).collect();
        let here = streams.iter().find(|name| self.is(name, MAP) && is_here(name));
        Ok(here.or(streams.first()).map(|name| (*name).clone()))
    }

    /// The one map, or else the one stream, where no image says what its bytes are.
    fn only(&self) -> Result<String, Refusal> {
        let of_type = |kind: &'static str| {
            let found = self.0.iter().filter(move |found| is_type(found, kind));
            unique(found.map(|found| &found.subject).filter(|name| !self.is(name, FILE)))
        };
        let (maps, streams) = (of_type(MAP), of_type(STREAM));
        let all = if maps.is_empty() { streams } else { maps };
        let [name] = all[..] else {
            return Err(match all[..] {
                [] if self.0.iter().any(|found| is_type(found, FILE)) => {
                    Refusal::new("of files, and not of a disk")
                }
                [] => Refusal::new("and holds no stream of a kind that is known"),
                _ => several(&all),
            });
        };
        // A part of a striped image, whose map lies in another one.
        match self.value(name, "target").filter(|map| !self.is(map, MAP)) {
            Some(map) if !self.is(name, MAP) => Err(Refusal::with(
                format!(
                    "in several files, and {map}, which tells how they belong together, lies in another one"
                ),
                "name that one",
            )),
            _ => Ok(name.clone()),
        }
    }

    fn said(&self, word: &str) -> impl Iterator<Item = &Statement> {
        self.0.iter().filter(move |found| found.predicate.strip_prefix(SCHEMA) == Some(word))
    }
}

/// Names, each once, in their order.
fn unique<'n>(names: impl Iterator<Item = &'n String>) -> Vec<&'n String> {
    let mut known = HashSet::new();
    names.filter(|name| known.insert(*name)).collect()
}

fn several(names: &[&String]) -> Refusal {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(|name| name.as_str()).collect();
    let more = if names.len() > MOST_NAMED { " and others" } else { "" };
    Refusal::new(format!("and holds {} disks: {}{more}", names.len(), shown.join(", ")))
}

fn is_type(found: &Statement, kind: &str) -> bool {
    found.predicate == TYPE && found.object.strip_prefix(SCHEMA) == Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Image, &str>) {
        let text = format!("@prefix a: <{SCHEMA}> .\n{text}");
        let found = Metadata::parse(text.as_bytes()).unwrap().image(&|name| name != "far");
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
            (Err(refusal), Err(why)) => assert!(refusal.why.contains(why), "{refusal:?}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    fn map(name: &str, len: Option<u64>) -> Result<Image, &'static str> {
        Ok(Image::Map { name: name.to_owned(), len, gaps: None })
    }

    #[test]
    fn the_disk_is_what_an_image_says_or_the_only_one() {
        check(
            "<i> a a:DiskImage; a:dataStream <m> . <m> a a:Map; a:size 512 . <s> a a:ImageStream .",
            map("m", Some(512)),
        );
        check("<m> a a:Map . <s> a a:ImageStream .", map("m", None));
        let stream = |name: &str| Ok(Image::Stream(name.to_owned()));
        check("<s> a a:ImageStream .", stream("s"));
        check("<s> a a:ImageStream . <t> a a:ImageStream .", Err("holds 2 disks: s, t"));
        check("<i> a:dataStream <m> .", Err("does not lie in this one"));
        check("<s> a a:EncryptedStream .", Err("encrypted"));
        check("<f> a a:FileImage .", Err("of files"));
        check("<f> a a:FileImage, a:ImageStream .", Err("of files"));
        check("<f> a a:Other .", Err("no stream"));
        check("<s> a a:ImageStream; a:target <m> .", Err("lies in another one"));
        check("<m> a a:Map; a:mapGapDefaultStream a:UnknownData .", {
            let gaps = Some(format!("{SCHEMA}UnknownData"));
            Ok(Image::Map { name: "m".to_owned(), len: None, gaps })
        });
    }

    #[test]
    fn of_several_images_the_disk_is_read() {
        let maps = "<m> a a:Map . <n> a a:Map . <s> a a:ImageStream .";
        let with = |text: &str| format!("{text} {maps}");
        let disk = "<i> a a:DiskImage, a:Image; a:dataStream <n> .";
        for other in [
            "<j> a a:MemoryImage, a:Image; a:dataStream <m> .",
            "<j> a a:FileImage, a:Image; a:dataStream <m> .",
            "<j> a a:VolumeImage, a:Image; a:dataStream <m> .",
            "<j> a a:Image; a:dataStream <m> .",
        ] {
            check(&with(&format!("{other} {disk}")), map("n", None));
        }
        check(&with("<j> a a:MemoryImage; a:dataStream <m> ."), map("m", None));
        check(
            &with("<j> a a:Image; a:dataStream <n> . <k> a a:MemoryImage; a:dataStream <m> ."),
            map("n", None),
        );
        check(
            &with(&format!("{disk} <j> a a:DiskImage; a:dataStream <m> .")),
            Err("2 disks: i, j"),
        );
        check(
            &with("<j> a a:Image; a:dataStream <n> . <k> a a:Image; a:dataStream <m> ."),
            Err("2 disks: j, k"),
        );
        // The map of another stripe is told too.
        check(
            "<i> a a:DiskImage; a:dataStream <far>, <m> . <far> a a:Map . <m> a a:Map .",
            map("m", None),
        );
        check("<i> a a:DiskImage; a:dataStream <far>, <m> . <m> a a:Map .", map("m", None));
    }
}
