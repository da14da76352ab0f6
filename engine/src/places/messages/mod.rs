//! Photos that were sent and received in messages: smaller than the originals, and often without their data, but here.

mod attachments;
mod dates;
mod whatsapp;

#[cfg(test)]
mod tests;

pub use attachments::TextMessages;
pub use whatsapp::WhatsApp;
