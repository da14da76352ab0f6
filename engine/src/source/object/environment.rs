//! What the environment says of object storage: who asks, in which region, at which endpoint. Never the command line,
//! which everybody on the machine can read.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusty_s3::Credentials;

use super::profile::{LONGEST, section};

/// The region of whoever names none.
const USUAL_REGION: &str = "us-east-1";

/// Words for yes in variables of the environment.
const YES: [&str; 4] = ["1", "true", "yes", "on"];

/// What the environment says.
#[derive(Debug)]
pub(super) struct Settings {
    /// Who asks; nobody in particular where nothing is there.
    pub credentials: Option<Credentials>,
    /// The region.
    pub region: String,
    /// In place of that of Amazon.
    pub endpoint: Option<String>,
}

/// Variables and files, as the process has them.
pub(super) struct Environment<'e> {
    /// The value of a variable.
    pub variable: &'e dyn Fn(&str) -> Option<String>,
    /// The text in a file.
    pub text: &'e dyn Fn(&Path) -> io::Result<String>,
}

/// The settings of this process.
///
/// # Errors
///
/// What is wrong with them, as a clause; it names no secret.
pub(super) fn settings() -> Result<Settings, String> {
    let variable = |name: &str| std::env::var(name).ok();
    Environment { variable: &variable, text: &text }.settings()
}

/// The text in a file of usual length.
fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

impl Environment<'_> {
    /// What it says.
    pub(super) fn settings(&self) -> Result<Settings, String> {
        let profile = self.profile()?;
        let is_anonymous = self.is_yes("AWS_NO_SIGN_REQUEST");
        let credentials = if is_anonymous { None } else { self.credentials(&profile)? };
        let of_profile = |name: &str| profile.get(name).filter(|value| !value.is_empty()).cloned();
        let region = self.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let region = region.or_else(|| of_profile("region"));
        let mut endpoint = None;
        if !self.is_yes("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            endpoint = self.first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
            endpoint = endpoint.or_else(|| of_profile("endpoint_url"));
        }
        let region = region.unwrap_or_else(|| USUAL_REGION.to_owned());
        Ok(Settings { credentials, region, endpoint })
    }

    /// A variable that is set to something.
    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.variable(name))
    }

    fn is_yes(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| YES.contains(&value.to_ascii_lowercase().as_str()))
    }

    /// Keys of variables come first.
    fn credentials(
        &self,
        profile: &HashMap<String, String>,
    ) -> Result<Option<Credentials>, String> {
        let key = self.variable("AWS_ACCESS_KEY_ID");
        let secret = self.variable("AWS_SECRET_ACCESS_KEY");
        match (key, secret) {
            (Some(key), Some(secret)) => {
                return Ok(Some(credentials(key, secret, self.variable("AWS_SESSION_TOKEN"))));
            }
            (None, None) => {}
            _ => {
                return Err("of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set; set \
                            both or none"
                    .to_owned());
            }
        }
        let of_profile = |name: &str| profile.get(name).filter(|value| !value.is_empty()).cloned();
        match (of_profile("aws_access_key_id"), of_profile("aws_secret_access_key")) {
            (Some(key), Some(secret)) => {
                Ok(Some(credentials(key, secret, of_profile("aws_session_token"))))
            }
            (None, None) => match OTHERS.iter().find(|name| profile.contains_key(**name)) {
                Some(name) => Err(format!(
                    "the profile has its keys by {name}, which this program does not follow; run it with what \
                     `aws configure export-credentials --format env` prints, or with AWS_NO_SIGN_REQUEST=yes \
                     where the bucket is public"
                )),
                None => Ok(None),
            },
            _ => Err("the profile has only one of aws_access_key_id and aws_secret_access_key"
                .to_owned()),
        }
    }

    /// What both files say of the profile, the one with credentials first.
    fn profile(&self) -> Result<HashMap<String, String>, String> {
        let asked = self.variable("AWS_PROFILE");
        let name = asked.as_deref().unwrap_or("default");
        let credentials = self.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let config = self.file("AWS_CONFIG_FILE", "config")?;
        let of_credentials = section(&credentials, |section| section == name);
        let of_config = section(&config, |section| match section.strip_prefix("profile ") {
            Some(section) => section.trim() == name,
            None => section == name && name == "default",
        });
        if asked.is_some() && of_credentials.is_none() && of_config.is_none() {
            return Err(format!("there is no profile {name}, which AWS_PROFILE names"));
        }
        let mut all = of_config.unwrap_or_default();
        all.extend(of_credentials.unwrap_or_default());
        Ok(all)
    }

    /// The text in one of the two files; an empty one where it is not there.
    fn file(&self, variable: &str, name: &str) -> Result<String, String> {
        let named = self.variable(variable).map(PathBuf::from);
        let home = || self.first(&["HOME", "USERPROFILE"]).map(PathBuf::from);
        let usual = || home().map(|home| home.join(".aws").join(name));
        let Some(path) = named.or_else(usual) else { return Ok(String::new()) };
        match (self.text)(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(|error| format!("{} cannot be read: {error}", path.display())),
        }
    }
}

/// Other ways by which a profile may come to keys.
const OTHERS: [&str; 6] = [
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "web_identity_token_file",
    "login_session",
];

fn credentials(key: String, secret: String, token: Option<String>) -> Credentials {
    match token {
        Some(token) => Credentials::new_with_token(key, secret, token),
        None => Credentials::new(key, secret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Settings, String> {
        let of = |list: &[(&str, &str)], name: &str| {
            let found = list.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let variable = |name: &str| of(variables, name);
        let text = |path: &Path| {
            of(files, path.to_str().unwrap()).ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        Environment { variable: &variable, text: &text }.settings()
    }

    const FILES: [(&str, &str); 2] = [
        (
            "/h/.aws/credentials",
            "[default]\naws_access_key_id=D\naws_secret_access_key=ds\n\
             [lab]\naws_access_key_id=L\naws_secret_access_key=ls\naws_session_token=lt",
        ),
        (
            "/h/.aws/config",
            "[default]\nregion=eu-west-1\n[profile lab]\nregion=eu-west-2\nendpoint_url=http://lab\n\
             [profile sso]\nsso_session=corp\n[profile half]\naws_access_key_id=H",
        ),
    ];

    #[test]
    fn nothing_in_the_environment_means_nobody_in_particular() {
        let found = settings(&[], &[]).unwrap();
        assert!(found.credentials.is_none() && found.endpoint.is_none());
        assert_eq!(found.region, "us-east-1");
    }

    #[test]
    fn variables_come_before_profiles() {
        let keys = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s"), ("HOME", "/h")];
        let found = settings(&keys, &FILES).unwrap();
        assert_eq!(found.credentials.unwrap(), Credentials::new("A", "s"));
        assert_eq!(found.region, "eu-west-1");
        let named = [("AWS_PROFILE", "lab"), ("HOME", "/h"), ("AWS_REGION", "x")];
        let found = settings(&named, &FILES).unwrap();
        assert_eq!(found.credentials.unwrap(), Credentials::new_with_token("L", "ls", "lt"));
        assert_eq!((found.region.as_str(), found.endpoint.as_deref()), ("x", Some("http://lab")));
        let over = [("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_S3", "http://b")];
        assert_eq!(settings(&over, &[]).unwrap().endpoint.as_deref(), Some("http://b"));
        let public = [("HOME", "/h"), ("AWS_NO_SIGN_REQUEST", "YES")];
        assert!(settings(&public, &FILES).unwrap().credentials.is_none());
    }

    #[test]
    fn what_is_half_set_or_cannot_be_followed_is_said() {
        for (variables, expected) in [
            (vec![("AWS_ACCESS_KEY_ID", "secret-A")], "only one is set"),
            (vec![("AWS_PROFILE", "nobody"), ("HOME", "/h")], "no profile nobody"),
            (vec![("AWS_PROFILE", "sso"), ("HOME", "/h")], "export-credentials"),
            (vec![("AWS_PROFILE", "half"), ("HOME", "/h")], "only one of"),
        ] {
            let why = settings(&variables, &FILES).unwrap_err();
            assert!(why.contains(expected) && !why.contains("secret-A"), "{why}");
        }
    }
}
