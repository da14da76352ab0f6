//! What is told of files when no directory leads to them any more: after a quick format, and where a
//! deleted directory had more than one cluster.

pub(crate) mod camera_names;
pub(crate) mod lost_volume;
