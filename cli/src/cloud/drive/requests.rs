//! Addresses and requests of Drive.

use oauth2::url::{Url, form_urlencoded};
use ureq::http::Request;
use ureq::http::request::Builder;

use crate::cloud::failure::Failure;
use crate::cloud::session::Session;

/// The address of a file.
///
/// # Errors
///
/// When there can be none.
pub fn file_url(session: &Session, id: &str) -> Result<Url, Failure> {
    // The id comes from outside: it is one part of a path, whatever is in it.
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    Url::parse(&format!("{}/files/{}", session.endpoints().api, id.replace('+', "%20")))
        .map_err(|error| Failure::other(error.to_string()))
}

/// A request with a body; of one that only reads, an empty one.
///
/// # Errors
///
/// When something in it cannot be sent.
pub fn request(builder: Builder, body: Vec<u8>) -> Result<Request<Vec<u8>>, Failure> {
    builder.body(body).map_err(|error| Failure::other(error.to_string()))
}
