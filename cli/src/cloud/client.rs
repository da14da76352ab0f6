//! The user's own registration with a vendor: its id and, where there is one, its secret.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::account::Account;
use super::failure::Failure;
use super::tokens::Tokens;
use super::vendor::Vendor;

/// The longest file of a client, in bytes.
const LONGEST: u64 = 64 << 10;

/// A registered client.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id, which is no secret.
    pub id: String,
    /// Its secret, where the vendor wants one also of installed programs.
    pub secret: Option<String>,
}

impl Client {
    /// The client that the user names: by options, by the environment, with the tokens that are `kept`, or in a
    /// file of `folder`, in this order.
    ///
    /// # Errors
    ///
    /// When none is named, with how to get one; when a file cannot be read.
    pub fn find(
        vendor: Vendor,
        account: &Account,
        kept: Option<&Tokens>,
        folder: Option<&Path>,
    ) -> Result<Self, Failure> {
        let given = match &account.client_secret_file {
            Some(path) => read(path)?,
            None => (None, None),
        };
        let variable = match vendor {
            Vendor::Drive => "AFTERIMAGE_DRIVE_CLIENT_ID",
            Vendor::Dropbox => "AFTERIMAGE_DROPBOX_CLIENT_ID",
        };
        let named = account.client_id.clone().or(given.0);
        let named = named.or_else(|| std::env::var(variable).ok().filter(|id| !id.is_empty()));
        let mut rest = kept.map(|kept| (kept.client_id.clone(), kept.client_secret.clone()));
        if rest.is_none()
            && let Some(folder) = folder
        {
            let path = folder.join(format!("{}-client.json", vendor.name()));
            if path.exists() {
                let (id, secret) = read(&path)?;
                rest = id.map(|id| (id, secret));
            }
        }
        let client = match (named, rest) {
            (Some(id), rest) => {
                let secret = rest.filter(|(other, _)| *other == id).and_then(|(_, secret)| secret);
                Client { id, secret: given.1.or(secret) }
            }
            (None, Some((id, secret))) => Client { id, secret: given.1.or(secret) },
            (None, None) => return Err(Failure::other(unnamed(vendor, variable))),
        };
        let is_plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
        if client.id.is_empty() || !is_plain(&client.id) {
            return Err(Failure::other("the client id is none: it has no letters, or odd ones"));
        }
        Ok(client)
    }
}

fn unnamed(vendor: Vendor, variable: &str) -> String {
    let how = match vendor {
        Vendor::Drive => {
            "make one of type \"Desktop app\" at https://console.cloud.google.com/apis/credentials in a \
             project with the Google Drive API enabled, download its JSON and give it with \
             --client-secret-file"
        }
        Vendor::Dropbox => {
            "make an app at https://www.dropbox.com/developers/apps and give its app key with --client-id"
        }
    };
    let title = vendor.title();
    format!("no client id for {title} is named, here or in {variable}: {how}")
}

/// Id and secret in a file: Google's JSON, or the bare secret.
fn read(path: &Path) -> Result<(Option<String>, Option<String>), Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::other(format!("cannot read {}: {why}", path.display()))
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| cannot(&error))?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(cannot(&"it is too long for a client's secret"));
    }
    parse(&text).map_err(|why| cannot(&why))
}

fn parse(text: &str) -> Result<(Option<String>, Option<String>), String> {
    let text = text.trim();
    if !text.starts_with('{') {
        let is_one = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        return match is_one {
            true => Ok((None, Some(text.to_owned()))),
            false => Err("it is neither JSON nor a secret on one line".to_owned()),
        };
    }
    let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if json.get("web").is_some() {
        return Err("it is of a web application; make a client of type \"Desktop app\"".to_owned());
    }
    let client = json.get("installed").unwrap_or(&json);
    let field = |name: &str| client[name].as_str().map(str::to_owned);
    match field("client_id") {
        None => Err("it names no client_id".to_owned()),
        id => Ok((id, field("client_secret"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_bare_or_in_the_vendor_s_json() {
        let some = |text: &str| Some(text.to_owned());
        let json = r#"{"installed":{"client_id":"i","client_secret":"s","auth_uri":"x"}}"#;
        assert_eq!(parse(json), Ok((some("i"), some("s"))));
        assert_eq!(parse(r#"{"client_id":"i"}"#), Ok((some("i"), None)));
        assert_eq!(parse(" s\n"), Ok((None, some("s"))));
        for bad in ["", "a b", "{", "{}", r#"{"web":{"client_id":"i"}}"#] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn options_count_before_what_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "s2").unwrap();
        let mut account = Account {
            client_id: None,
            client_secret_file: None,
            tokens: None,
            open: false,
            port: None,
            wait: 1,
        };
        let kept = Tokens::new(Vendor::Dropbox, "kept", Some("s1"));
        let find = |account: &Account, kept| {
            let client = Client::find(Vendor::Dropbox, account, kept, Some(folder.path()));
            client.map(|client| (client.id, client.secret)).map_err(|error| error.to_string())
        };
        let pair = |id: &str, secret: Option<&str>| Ok((id.to_owned(), secret.map(str::to_owned)));
        assert_eq!(find(&account, Some(&kept)), pair("kept", Some("s1")));
        assert!(find(&account, None).unwrap_err().contains("developers/apps"));
        std::fs::write(folder.path().join("dropbox-client.json"), r#"{"client_id":"f"}"#).unwrap();
        assert_eq!(find(&account, None), pair("f", None));
        account.client_id = Some("new".to_owned());
        assert_eq!(find(&account, Some(&kept)), pair("new", None), "no other client's secret");
        account.client_secret_file = Some(secret);
        assert_eq!(find(&account, Some(&kept)), pair("new", Some("s2")));
        account.client_id = Some("a b".to_owned());
        assert!(find(&account, None).is_err());
    }
}
