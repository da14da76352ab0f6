//! Reading a report in order, one file after the other.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::file::ReportFile;
use super::head::ReportHead;
use super::report::{NO_REPORT, OTHER_SCHEMA, SCHEMA};
use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::system::folder::Folder;

/// Why a report is not used whose end is missing.
const CUT_SHORT: &str =
    "it cannot be read to its end: it was cut short or changed; `afterimage verify` tells more";

/// A report that lies in an output folder. Memory does not grow with the number of its files.
#[derive(Debug)]
pub struct ReportReader {
    path: PathBuf,
    file: File,
    /// All but the files.
    pub head: ReportHead,
}

impl ReportReader {
    /// The report in an output folder.
    ///
    /// # Errors
    ///
    /// When there is none, or it is none of this program.
    pub fn open(folder: &Folder) -> Result<Self, Error> {
        let path = folder.path().join(REPORT);
        let file = folder.read(REPORT).map_err(|error| Error::output("open", &path, error))?;
        let refused = |why| Error::Report { path: path.clone(), why };
        let head: ReportHead =
            serde_json::from_reader(BufReader::new(&file)).map_err(|_| refused(NO_REPORT))?;
        if head.schema != SCHEMA {
            return Err(refused(OTHER_SCHEMA));
        }
        Ok(ReportReader { path, file, head })
    }

    /// Calls `visit` for each file in order.
    ///
    /// # Errors
    ///
    /// When the report cannot be read to its end, and the first error of `visit`.
    pub fn files(
        &mut self,
        visit: impl FnMut(ReportFile) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.files_as(visit)
    }

    /// The same, with files as `T` has them.
    ///
    /// # Errors
    ///
    /// Those of [`ReportReader::files`].
    pub fn files_as<T: DeserializeOwned>(
        &mut self,
        mut visit: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = |error| Error::output("read", &self.path, error);
        self.file.rewind().map_err(failed)?;
        let mut refused = None;
        let mut visit = |file| match visit(file) {
            Ok(()) => true,
            Err(error) => {
                refused = Some(error);
                false
            }
        };
        let read = each(BufReader::new(&self.file), &mut visit);
        match (refused, read) {
            (Some(error), _) => Err(error),
            (None, Err(_)) => Err(Error::Report { path: self.path.clone(), why: CUT_SHORT }),
            (None, Ok(())) => Ok(()),
        }
    }
}

/// Calls `visit` for each file of a report until it says no, which fails.
fn each<T: DeserializeOwned>(
    report: impl Read,
    visit: &mut dyn FnMut(T) -> bool,
) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_reader(report);
    reader.deserialize_map(Fields(visit))?;
    reader.end()
}

/// The fields of a report, of which only the files are read.
struct Fields<'v, T>(&'v mut dyn FnMut(T) -> bool);

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    Files,
    #[serde(other)]
    Other,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Fields<'_, T> {
    type Value = ();

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<Field>()? {
            match field {
                Field::Files => map.next_value_seed(Files(self.0))?,
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The list of files.
struct Files<'v, T>(&'v mut dyn FnMut(T) -> bool);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Files<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Files<'_, T> {
    type Value = ();

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(file) = list.next_element::<T>()? {
            if !(self.0)(file) {
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"id":1,"source":0,"origin":"carved","status":"deleted","format":"jpeg",
        "mime":"image/jpeg","size":3,"end":"exact","grade":"verified","proof":"","blake3":""}"#;

    fn read(text: &str) -> (usize, serde_json::Result<()>) {
        let mut count = 0;
        let read = each(text.as_bytes(), &mut |_: ReportFile| {
            count += 1;
            count < 3
        });
        (count, read)
    }

    #[test]
    fn files_are_read_wherever_they_stand() {
        let (count, read) =
            read(&format!(r#"{{"later":{{"files":7}},"files":[{FILE},{FILE}],"z":1}}"#));
        assert_eq!((count, read.is_ok()), (2, true));
    }

    #[test]
    fn reading_ends_where_it_is_told_to_and_where_the_text_is_broken() {
        let all = format!(r#"{{"files":[{FILE},{FILE},{FILE},{FILE}]}}"#);
        assert!(matches!(read(&all), (3, Err(_))));
        assert!(matches!(read(&all[..all.len() / 2]), (1 | 2, Err(_))));
    }
}
