//! Objects that `NSKeyedArchiver` wrote: a flat list in which each refers to others by number.
//!
//! Nothing is resolved in advance and nothing is copied: one step is taken when it is asked for, so that objects
//! that refer to each other in circles cost nothing.

use super::value::PropertyList;
use crate::model::Moment;

/// Seconds from the start of 1970 to that of 2001, from which Apple's dates count.
const START_OF_2001: f64 = 978_307_200.0;

/// What `NSKeyedArchiver` wrote.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'p> {
    objects: &'p [PropertyList],
    top: &'p PropertyList,
}

/// An object of an archive, or a value in it.
#[derive(Clone, Copy, Debug)]
pub struct Archived<'p> {
    archive: Archive<'p>,
    /// What stands there, which is no reference.
    pub value: &'p PropertyList,
}

impl<'p> Archive<'p> {
    /// The archive in a property list; nothing where it is none.
    pub fn of(list: &'p PropertyList) -> Option<Self> {
        let objects = list.get("$objects")?.array();
        let top = list.get("$top")?;
        (!objects.is_empty()).then_some(Archive { objects, top })
    }

    /// The object that was archived; the first of several.
    pub fn root(self) -> Option<Archived<'p>> {
        let named = self.top.get("root");
        let first = || self.top.dictionary()?.values().next();
        self.resolve(named.or_else(first)?)
    }

    /// What a value stands for: itself, or the object that it refers to; nothing for null.
    fn resolve(self, value: &'p PropertyList) -> Option<Archived<'p>> {
        let value = match value.uid() {
            // Number 0 is the text `$null`.
            Some(0) => return None,
            Some(number) => self.objects.get(usize::try_from(number).ok()?)?,
            None => value,
        };
        // A reference to a reference is no archive's.
        value.uid().is_none().then_some(Archived { archive: self, value })
    }
}

impl<'p> Archived<'p> {
    /// The value of a key of this object.
    pub fn get(self, key: &str) -> Option<Archived<'p>> {
        self.archive.resolve(self.value.get(key)?)
    }

    /// The name of its class.
    pub fn class(self) -> Option<&'p str> {
        self.get("$class")?.value.get("$classname")?.text()
    }

    /// A text, plain or as `NSString`.
    pub fn text(self) -> Option<&'p str> {
        self.value.text().or_else(|| self.get("NS.string")?.value.text())
    }

    /// Bytes, plain or as `NSData`.
    pub fn data(self) -> Option<&'p [u8]> {
        self.value.data().or_else(|| self.get("NS.data")?.value.data())
    }

    /// A whole number.
    pub fn integer(self) -> Option<i64> {
        self.value.integer()
    }

    /// A moment, plain or as `NSDate`.
    pub fn date(self) -> Option<Moment> {
        let as_object = || {
            let seconds = self.get("NS.time")?.value.real()? + START_OF_2001;
            // A cast saturates, and what is far from our time is none.
            Moment::utc(seconds.floor() as i64, 0)
        };
        self.value.date().or_else(as_object)
    }

    /// What an `NSArray` or `NSSet` holds.
    pub fn items(self) -> impl Iterator<Item = Archived<'p>> {
        let items = self.value.get("NS.objects").unwrap_or(self.value).array();
        items.iter().filter_map(move |item| self.archive.resolve(item))
    }

    /// What an `NSDictionary` holds under a key that is a text.
    pub fn entry(self, key: &str) -> Option<Archived<'p>> {
        let keys = self.value.get("NS.keys")?.array();
        let values = self.value.get("NS.objects")?.array();
        let is_it = |(name, _): &(&'p PropertyList, _)| {
            self.archive.resolve(name).and_then(Archived::text) == Some(key)
        };
        let (_, value) = keys.iter().zip(values).find(is_it)?;
        self.archive.resolve(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn text(text: &str) -> PropertyList {
        PropertyList::Text(text.to_owned())
    }

    fn dictionary(values: &[(&str, PropertyList)]) -> PropertyList {
        let owned = values.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        PropertyList::Dictionary(owned.collect::<BTreeMap<_, _>>())
    }

    fn archive(objects: Vec<PropertyList>) -> PropertyList {
        let top = dictionary(&[("root", PropertyList::Uid(1))]);
        dictionary(&[("$top", top), ("$objects", PropertyList::Array(objects))])
    }

    #[test]
    fn an_object_is_read_through_its_references() {
        let uid = PropertyList::Uid;
        let list = archive(vec![
            text("$null"),
            dictionary(&[
                ("Size", PropertyList::Integer(7)),
                ("Path", uid(2)),
                ("Key", uid(3)),
                ("None", uid(0)),
                ("Far", uid(99)),
                ("Self", uid(1)),
                ("$class", uid(4)),
                ("When", uid(5)),
                ("All", uid(6)),
            ]),
            text("Media/a.jpg"),
            dictionary(&[("NS.data", PropertyList::Data(vec![1, 2]))]),
            dictionary(&[("$classname", text("MBFile"))]),
            dictionary(&[("NS.time", PropertyList::Real(0.5))]),
            dictionary(&[
                ("NS.keys", PropertyList::Array(vec![uid(2)])),
                ("NS.objects", PropertyList::Array(vec![uid(3), uid(0)])),
            ]),
        ]);
        let root = Archive::of(&list).unwrap().root().unwrap();
        assert_eq!(root.get("Size").unwrap().integer(), Some(7));
        assert_eq!(root.get("Path").unwrap().text(), Some("Media/a.jpg"));
        assert_eq!(root.get("Key").unwrap().data(), Some(&[1, 2][..]));
        assert_eq!(root.class(), Some("MBFile"));
        assert_eq!(root.get("When").unwrap().date().unwrap().to_string(), "2001-01-01T00:00:00Z");
        assert!(root.get("None").is_none() && root.get("Far").is_none() && root.get("x").is_none());
        assert!(root.get("Self").unwrap().get("Self").unwrap().get("Size").is_some());
        assert_eq!(root.get("All").unwrap().items().count(), 1);
        assert_eq!(
            root.get("All").unwrap().entry("Media/a.jpg").unwrap().data(),
            Some(&[1, 2][..])
        );
        assert!(root.get("All").unwrap().entry("b").is_none());
    }

    #[test]
    fn what_is_no_archive_is_none() {
        assert!(Archive::of(&text("x")).is_none());
        assert!(Archive::of(&archive(Vec::new())).is_none());
        let circle = archive(vec![text("$null"), PropertyList::Uid(1)]);
        assert!(Archive::of(&circle).unwrap().root().is_none());
    }
}
