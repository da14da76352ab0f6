//! `report.json`: the whole truth about a run, schema `afterimage-report/1`.
//!
//! These are wire types, made from records here and nowhere else. Fields that do not apply are absent. Later
//! versions add fields and never change or remove one. The JSON schema beside this file is generated from
//! the types.

mod batch;
mod case;
mod disposition;
mod file;
mod head;
mod known;
mod lost;
mod options;
mod reader;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod report;
mod rows;
mod source;
mod sources;
mod summary;
mod totals;
mod volumes;
mod word;
mod writer;

pub use crate::model::{DigestKind, End, Fidelity, Grade, Kinds, LostState, Origin, Status};
pub use crate::settle::MatchedBy;
pub use batch::{
    BATCH_SCHEMA, BatchCopies, BatchCopy, BatchImage, BatchReport, BatchSkipped, BatchStatus,
    BatchSummary,
};
pub use case::ReportCase;
pub use disposition::ReportDisposition;
pub use file::{
    ByteRange, DEFLATE, ReportEnclosure, ReportExif, ReportFile, ReportInflated, ReportIssue,
    ReportPlace, ReportRun, RunOrigin,
};
pub use head::{ReportEnd, ReportHead, ReportTool};
pub use known::ReportKnown;
pub use lost::{ReportListed, ReportLost, lost};
pub use options::ReportOptions;
pub use reader::ReportReader;
pub use report::{OTHER_SCHEMA, Report, SCHEMA, schema_of, why_none};
pub use rows::Rows;
pub use source::{
    Clusters, ReportDiskContainer, ReportNameOnly, ReportSource, ReportUnlocked, ReportVolume,
};
pub use sources::describe;
pub use summary::{ReportKinds, ReportLeftOut, ReportRecovered, Summary};
pub use totals::recount;
pub use volumes::describe_volumes;
pub(crate) use word::word;
pub use writer::Writer;
