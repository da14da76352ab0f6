//! The tokens of an account, and the file that keeps them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::private_file;
use super::vendor::Vendor;

/// Names the layout of the file.
const SCHEMA: &str = "afterimage-cloud-tokens/1";

/// What stands for the user's consent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    schema: String,
    vendor: String,
    /// The client that the consent was given to.
    pub client_id: String,
    /// Its secret, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What the consent is for.
    pub scopes: Vec<String>,
    /// What goes with every request.
    pub access_token: String,
    /// When that ends, in seconds since 1970.
    pub expires: i64,
    /// What gets the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

impl Tokens {
    /// Tokens of a client that are still to be asked for.
    pub fn new(vendor: Vendor, client_id: &str, client_secret: Option<&str>) -> Self {
        Tokens {
            schema: SCHEMA.to_owned(),
            vendor: vendor.name().to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.map(str::to_owned),
            scopes: Vec::new(),
            access_token: String::new(),
            expires: 0,
            refresh_token: None,
        }
    }

    /// Those that a file keeps; nothing where there is none.
    ///
    /// # Errors
    ///
    /// When others can read the file, or it is of another account.
    pub fn read(path: &Path, vendor: Vendor) -> Result<Option<Self>, Failure> {
        let Some(bytes) = private_file::read(path)? else { return Ok(None) };
        let wrong = |why: &str| {
            let path = path.display();
            Failure::other(format!("cannot use {path}: {why}; name another file with --tokens"))
        };
        let tokens: Tokens = serde_json::from_slice(&bytes)
            .map_err(|_| wrong("it holds no tokens of afterimage"))?;
        if tokens.schema != SCHEMA {
            return Err(wrong("it is of another version of afterimage"));
        }
        if tokens.vendor != vendor.name() {
            return Err(wrong("its tokens are of another service"));
        }
        Ok(Some(tokens))
    }

    /// Keeps them in a file that only the user can read.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let text =
            serde_json::to_vec_pretty(self).map_err(|error| Failure::other(error.to_string()))?;
        private_file::write(path, &text)
    }

    /// Whether the consent covers all of `scopes`. That for the whole of a drive covers reading it.
    pub fn covers(&self, scopes: &[&str]) -> bool {
        let has = |scope: &str| self.scopes.iter().any(|own| own == scope);
        scopes.iter().all(|scope| has(scope) || scope.strip_suffix(".readonly").is_some_and(has))
    }
}

/// The folder of this program's settings.
///
/// # Errors
///
/// When the system names none.
pub fn folder() -> Result<PathBuf, Failure> {
    let named = |name: &str| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let settings = if cfg!(windows) {
        named("APPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config")))
    };
    let settings = settings.ok_or_else(|| {
        Failure::other("this system names no folder for settings; name a file with --tokens")
    })?;
    Ok(settings.join("afterimage"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_and_told_from_those_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.json");
        let mut tokens = Tokens::new(Vendor::Drive, "me", None);
        tokens.access_token = "a".to_owned();
        tokens.scopes = vec!["https://x/drive".to_owned()];
        tokens.write(&path).unwrap();
        let read = Tokens::read(&path, Vendor::Drive).unwrap().unwrap();
        assert!(read == tokens);
        assert!(read.covers(&["https://x/drive.readonly"]) && !read.covers(&["https://x/driv"]));
        let other = Tokens::read(&path, Vendor::Dropbox).err().unwrap().to_string();
        assert!(other.contains("another service"), "{other}");
        private_file::write(&path, b"{}").unwrap();
        assert!(Tokens::read(&path, Vendor::Drive).is_err());
    }
}
