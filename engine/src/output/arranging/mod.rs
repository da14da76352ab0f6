//! Where photos go that are arranged for a person: by a template of what is known of them.

mod facts;
mod template;

pub use facts::Facts;
pub use template::{TOKENS, Template};
