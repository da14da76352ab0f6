//! Images of devices, made so that what matters most is safe first.

mod priorities;

pub use priorities::{Content, Priorities};
