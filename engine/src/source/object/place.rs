//! Where an object lies, and how it is asked for.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rusty_s3::actions::{GetObject, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use url::{Host, Url};

use super::environment::{Settings, settings};

/// How long a signed request may take to arrive; each one is signed anew.
const SIGNED_FOR: Duration = Duration::from_secs(900);

/// Where an object lies.
pub(super) enum Place {
    /// On a web server.
    Web(Url),
    /// In object storage.
    Storage(Stored),
}

/// An object in a bucket.
pub(super) struct Stored {
    bucket: Bucket,
    key: String,
    credentials: Option<Credentials>,
    /// Whether it is the storage of Amazon, which has a host for each region.
    is_amazon: bool,
}

impl Place {
    /// Where `path` leads, which is an address.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a clause.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let text = path.to_str().ok_or("it is no text in UTF-8")?;
        match text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("s3://")) {
            Some(scheme) => Self::stored(&text[scheme.len()..], settings()?),
            None => Self::web(text),
        }
    }

    fn web(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "it holds a name or a password, which the report and others on this machine \
                        would read; leave that out"
                    .to_owned(),
            );
        }
        if url.fragment().is_some() {
            return Err("a # in an address is written as %23".to_owned());
        }
        Ok(Place::Web(url))
    }

    /// The object that `BUCKET/KEY` names.
    pub(super) fn stored(name: &str, settings: Settings) -> Result<Self, String> {
        let (bucket, key) = name.split_once('/').unwrap_or((name, ""));
        if bucket.is_empty() || key.is_empty() {
            return Err("name a bucket and a key: s3://BUCKET/KEY".to_owned());
        }
        // A URL would resolve these to another object.
        if key.split('/').any(|part| matches!(part, "." | "..")) {
            return Err("a key with . or .. between slashes cannot be asked for".to_owned());
        }
        let is_amazon = settings.endpoint.is_none();
        let Settings { credentials, region, endpoint } = settings;
        let bucket = match endpoint {
            Some(endpoint) => {
                let named = "the endpoint that AWS_ENDPOINT_URL or the profile names";
                let endpoint =
                    Url::parse(&endpoint).map_err(|error| format!("{named}: {error}"))?;
                let style = UrlStyle::Path;
                Bucket::new(endpoint, style, bucket.to_owned(), region)
                    .map_err(|error| format!("{named}: {error}"))?
            }
            None => of_amazon(bucket, &region)?,
        };
        Ok(Place::Storage(Stored { bucket, key: key.to_owned(), credentials, is_amazon }))
    }

    /// The address of a request, signed now where somebody asks in particular.
    pub(super) fn request(&self) -> Url {
        match self {
            Place::Web(url) => url.clone(),
            Place::Storage(Stored { bucket, key, credentials, .. }) => {
                GetObject::new(bucket, credentials.as_ref(), key).sign(SIGNED_FOR)
            }
        }
    }

    /// Whether all that is sent goes encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.base().scheme() == "https"
    }

    /// Whether the server is this machine.
    pub(super) fn is_here(&self) -> bool {
        match self.base().host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        }
    }

    /// Whether it is object storage, and whether somebody in particular asks.
    pub(super) fn asks(&self) -> Option<bool> {
        match self {
            Place::Web(_) => None,
            Place::Storage(stored) => Some(stored.credentials.is_some()),
        }
    }

    /// The same object in another region, where that can be asked for.
    pub(super) fn in_region(&self, region: &str) -> Option<Self> {
        let Place::Storage(stored) = self else { return None };
        if !stored.is_amazon || stored.bucket.region() == region {
            return None;
        }
        let bucket = of_amazon(stored.bucket.name(), region).ok()?;
        let (key, credentials) = (stored.key.clone(), stored.credentials.clone());
        Some(Place::Storage(Stored { bucket, key, credentials, is_amazon: true }))
    }

    fn base(&self) -> &Url {
        match self {
            Place::Web(url) => url,
            Place::Storage(stored) => stored.bucket.base_url(),
        }
    }
}

/// A bucket of Amazon.
///
/// Source: Amazon S3 User Guide, "Virtual hosting of buckets": a name with dots or capitals has no certificate or no host.
fn of_amazon(name: &str, region: &str) -> Result<Bucket, String> {
    let is_host = |text: &str| {
        let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !text.is_empty() && text.bytes().all(is_letter)
    };
    if !is_host(region) {
        return Err(format!("{region} is no region"));
    }
    let top = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let endpoint = Url::parse(&format!("https://s3.{region}.{top}"));
    let endpoint = endpoint.map_err(|error| format!("{region} is no region: {error}"))?;
    let style = if is_host(name) { UrlStyle::VirtualHost } else { UrlStyle::Path };
    Bucket::new(endpoint, style, name.to_owned(), region.to_owned())
        .map_err(|error| format!("{name} is no bucket: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(name: &str, endpoint: Option<&str>) -> Result<Place, String> {
        let endpoint = endpoint.map(str::to_owned);
        Place::stored(name, Settings { credentials: None, region: "eu-west-1".into(), endpoint })
    }

    #[test]
    fn a_bucket_has_a_host_where_it_can() {
        for (name, endpoint, expected) in [
            ("cards/a b/ü.img", None, "https://cards.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC.img"),
            ("my.cards/x", None, "https://s3.eu-west-1.amazonaws.com/my.cards/x"),
            ("cards/a?b#c%d+", None, "https://cards.s3.eu-west-1.amazonaws.com/a%3Fb%23c%25d%2B"),
            ("cards/x", Some("http://127.0.0.1:9000"), "http://127.0.0.1:9000/cards/x"),
        ] {
            assert_eq!(stored(name, endpoint).unwrap().request().as_str(), expected);
        }
        let place = stored("cards/x", None).unwrap();
        let moved = place.in_region("us-west-2").unwrap().request();
        assert_eq!(moved.as_str(), "https://cards.s3.us-west-2.amazonaws.com/x");
        assert!(place.in_region("eu-west-1").is_none() && place.in_region("a/b").is_none());
    }

    #[test]
    fn addresses_that_lead_elsewhere_or_hold_a_secret_are_refused() {
        for name in ["", "bucket", "bucket/", "/key", "b/../key", "b/a/./k"] {
            assert!(stored(name, None).is_err(), "{name}");
        }
        let web = |text: &str| Place::of(Path::new(text)).err().unwrap_or_default();
        assert!(web("http://user:secret@host/card.img").contains("password"));
        assert!(web("http://host/card#1.img").contains("%23"));
        assert!(web("http://").contains("no address"));
        assert!(!web("http://user:secret@host/x").contains("secret"));
    }

    #[test]
    fn servers_of_this_machine_are_known() {
        for (text, is_here) in [
            ("http://127.0.0.1:80/x", true),
            ("http://localhost/x", true),
            ("http://[::1]/x", true),
            ("https://example.com/x", false),
        ] {
            let place = Place::of(Path::new(text)).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!((place.is_here(), place.is_encrypted()), (is_here, !is_here), "{text}");
        }
    }
}
