//! One line of the audit log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::hex;
use crate::output::report::{ReportCase, ReportSource};
use crate::source::{Source, is_relative};

/// What was done to an output folder. Fields that do not apply are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Number of the line, from 1.
    pub number: u64,
    /// SHA-256 of the line before without its line break, lower-case hex; zeros in the first.
    pub previous_sha256: String,
    /// When it was written, RFC 3339.
    pub at: String,
    /// What was done: the verb of the command line.
    pub action: String,
    /// The program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The command line as it was given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub command: Vec<String>,
    /// The operating system of the machine.
    pub system: String,
    /// The name of the user of the machine, where an examiner is named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<String>,
    /// The case, as far as it was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<ReportCase>,
    /// When it began, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started: Option<String>,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finished: Option<String>,
    /// What was read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sources: Vec<AuditSource>,
    /// The report as it was then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report: Option<AuditFile>,
    /// The views that were made of it, by their names beside it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub views: BTreeMap<String, AuditFile>,
    /// What it came to, by the action's own names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub outcome: BTreeMap<String, Value>,
}

/// The identity of what was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditSource {
    /// Path as it was given.
    pub path: String,
    /// The same from the root, where it was given from the folder that the command ran in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub absolute_path: Option<String>,
    /// `image`, `device` or `folder`.
    pub kind: String,
    /// Length in bytes.
    pub size: u64,
    /// Model of the drive, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// Its serial number, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub serial: Option<String>,
    /// Digests of all of it by name of the algorithm, where they were asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub hashes: BTreeMap<String, String>,
}

impl AuditSource {
    /// One that is read now.
    pub(in crate::run) fn of(source: &dyn Source) -> Self {
        let path = source.path();
        let absolute = std::path::absolute(path).ok().filter(|_| is_relative(path));
        AuditSource {
            path: path.to_string_lossy().into_owned(),
            absolute_path: absolute.map(|path| path.to_string_lossy().into_owned()),
            kind: source.kind().name().to_owned(),
            size: source.len(),
            ..AuditSource::default()
        }
    }
}

/// A file beside the log, at the time of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFile {
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
}

impl AuditFile {
    /// One of these bytes.
    pub(in crate::run) fn of(bytes: &[u8]) -> Self {
        AuditFile { size: bytes.len() as u64, sha256: hex::encode(&Sha256::digest(bytes)) }
    }
}

impl AuditLine {
    /// A line that says that `action` was done, now, by the `command`.
    pub fn now(action: &str, command: &[String]) -> Self {
        AuditLine {
            at: Timestamp::now().to_string(),
            action: action.to_owned(),
            program: "afterimage".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_vec(),
            system: system(),
            ..AuditLine::default()
        }
    }

    /// The same, of a case. Who uses the machine is told only where the case names an examiner: whoever scans
    /// a card of their own has not asked for it.
    pub fn of_case(mut self, case: Option<&ReportCase>) -> Self {
        self.case = case.cloned();
        let is_examined = case.is_some_and(|case| case.examiner.is_some());
        self.user = is_examined.then(user).flatten();
        self
    }

    /// The same, with what it came to.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.outcome.insert(name.to_owned(), value.into());
        self
    }
}

impl From<&ReportSource> for AuditSource {
    fn from(source: &ReportSource) -> Self {
        AuditSource {
            path: source.path.clone(),
            absolute_path: source.absolute_path.clone(),
            kind: source.kind.clone(),
            size: source.size,
            model: source.model.clone(),
            serial: source.serial.clone(),
            hashes: source.hashes.clone(),
        }
    }
}

/// The system that we run on, such as `linux 6.1.0 x86_64`.
fn system() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let words = [std::env::consts::OS, release.trim(), std::env::consts::ARCH];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Who uses the machine; under sudo, who called it.
fn user() -> Option<String> {
    let names = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"];
    let known = names.into_iter().filter_map(std::env::var_os);
    known.map(|name| name.to_string_lossy().into_owned()).find(|name| !name.is_empty())
}
