//! What rooms hand on: records of files, and the values that they are made of.
//!
//! These are the engine's own types. How a report says them in JSON is the business of
//! [`output::report`](crate::output::report) alone.

mod algorithm;
#[cfg(test)]
pub(crate) mod build;
mod camera;
mod cluster_grid;
mod content_hash;
mod digest;
mod fidelity;
pub(crate) mod hash_hex;
pub(crate) mod hex;
mod inflated;
mod kinds;
mod known_digest;
mod known_from;
mod listed;
mod lost;
mod moment;
mod number_list;
mod place_facts;
mod random;
mod record;
mod shard;
mod span_set;
mod value;

pub use algorithm::Algorithm;
pub use camera::camera_name;
pub use cluster_grid::ClusterGrid;
pub use digest::{Digests, Hasher};
pub use fidelity::Fidelity;
pub use inflated::Inflated;
pub use kinds::Kinds;
pub use known_digest::{DigestKind, KnownDigest};
pub use known_from::KnownFrom;
pub use listed::Listed;
pub use lost::{Lost, LostState};
pub use moment::Moment;
pub use number_list::number_list;
pub use place_facts::PlaceFacts;
pub use random::Random;
pub use record::{FileSystemFacts, Record, UNKNOWN_FORMAT};
pub use shard::{SHARD_GRAIN, Shard, ShardSet};
pub use span_set::SpanSet;
pub use value::{Enclosure, End, Grade, Origin, Status};
