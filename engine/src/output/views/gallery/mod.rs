//! `report.html`: a gallery of all files of a report in one page, which needs no server and no network.
//!
//! The page is a shell of ours (`page/`), followed by packs of data: for every few hundred files one with what the
//! grid needs of them and one with all that the report says, which is opened only for details. Evidence reaches
//! the page as base64 of compressed JSON and is shown as text; a policy in the page lets no other script run
//! than ours.

mod columns;
mod pack;
mod page;
mod view;
mod words;

pub use page::gallery_policy;
pub use view::Gallery;
