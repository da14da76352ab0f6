//! Where the services are.

use oauth2::url::{Host, Url};

use super::failure::Failure;
use super::vendor::Vendor;

/// Names the origin of a stand-in on this machine, for tests alone: it takes the place of every host of a vendor,
/// so that no other address than a loopback one is accepted.
const STAND_IN: &str = "AFTERIMAGE_CLOUD_STAND_IN";

/// The addresses of one service, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The page on which the user consents.
    pub consent: String,
    /// Where tokens are given out.
    pub token: String,
    /// What asks and answers in JSON.
    pub api: String,
    /// Where the content of files is.
    pub content: String,
    /// Whether this is a stand-in on this machine.
    pub is_stand_in: bool,
}

impl Endpoints {
    /// Those of a vendor, or of its stand-in where a test names one.
    ///
    /// # Errors
    ///
    /// When the stand-in is not on this machine.
    pub fn of(vendor: Vendor) -> Result<Self, Failure> {
        match std::env::var_os(STAND_IN) {
            Some(origin) => Self::live(vendor).moved_to(&origin.to_string_lossy()),
            None => Ok(Self::live(vendor)),
        }
    }

    fn live(vendor: Vendor) -> Self {
        let [consent, token, api, content] = match vendor {
            Vendor::Drive => [
                "https://accounts.google.com/o/oauth2/v2/auth",
                "https://oauth2.googleapis.com/token",
                "https://www.googleapis.com/drive/v3",
                "https://www.googleapis.com/drive/v3",
            ],
            Vendor::Dropbox => [
                "https://www.dropbox.com/oauth2/authorize",
                "https://api.dropboxapi.com/oauth2/token",
                "https://api.dropboxapi.com/2",
                "https://content.dropboxapi.com/2",
            ],
        }
        .map(str::to_owned);
        Endpoints { consent, token, api, content, is_stand_in: false }
    }

    fn moved_to(self, origin: &str) -> Result<Self, Failure> {
        let wrong = || Failure::other(format!("{STAND_IN} must be an address on this machine"));
        let url = Url::parse(origin).map_err(|_| wrong())?;
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        };
        let is_bare = url.username().is_empty() && url.path() == "/" && url.query().is_none();
        if !is_loopback || !is_bare || !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let origin = origin.trim_end_matches('/');
        let moved = |address: String| {
            let path = address.splitn(4, '/').nth(3).unwrap_or_default();
            format!("{origin}/{path}")
        };
        Ok(Endpoints {
            consent: moved(self.consent),
            token: moved(self.token),
            api: moved(self.api),
            content: moved(self.content),
            is_stand_in: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_on_this_machine_or_nowhere() {
        let live = || Endpoints::live(Vendor::Drive);
        let here = live().moved_to("http://127.0.0.1:8080").unwrap();
        assert_eq!(here.api, "http://127.0.0.1:8080/drive/v3");
        assert_eq!(here.token, "http://127.0.0.1:8080/token");
        assert!(live().moved_to("https://[::1]:1/").is_ok());
        for elsewhere in [
            "http://localhost:8080",
            "http://10.0.0.1",
            "https://example.com",
            "http://127.0.0.1@example.com",
            "http://u@127.0.0.1",
            "http://127.0.0.1/x",
            "file://127.0.0.1/",
            "",
        ] {
            assert!(live().moved_to(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_live_is_encrypted() {
        for vendor in [Vendor::Drive, Vendor::Dropbox] {
            let Endpoints { consent, token, api, content, .. } = Endpoints::live(vendor);
            for address in [consent, token, api, content] {
                assert!(address.starts_with("https://") && !address.ends_with('/'), "{address}");
            }
        }
    }
}
