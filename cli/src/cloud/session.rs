//! Requests in the name of the user.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::progress::Progress;
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use ureq::Body;
use ureq::http::header::AUTHORIZATION;
use ureq::http::{HeaderValue, Request, Response};

use super::account::Account;
use super::client::Client;
use super::endpoints::Endpoints;
use super::failure::Failure;
use super::http::{Http, Refusal};
use super::login::Login;
use super::tokens::{self, Tokens};
use super::vendor::Vendor;

/// A token that ends within this many seconds is renewed before it is used.
const RENEW_BEFORE: i64 = 60;

/// A service, with the user's consent to ask it.
pub struct Session {
    vendor: Vendor,
    client: Client,
    endpoints: Endpoints,
    http: Http,
    tokens: Tokens,
    path: PathBuf,
    /// What is seen meanwhile; nothing where stderr is no terminal.
    bar: ProgressBar,
}

impl Session {
    /// With the tokens that are kept, or else with a new consent to `scopes`.
    ///
    /// # Errors
    ///
    /// When there is no consent; when others can read the tokens.
    pub fn open(
        vendor: Vendor,
        account: &Account,
        scopes: &[&str],
        progress: Arc<Progress>,
        err: &mut dyn Write,
    ) -> Result<Self, Failure> {
        let folder = tokens::folder();
        let path = match &account.tokens {
            Some(path) => path.clone(),
            None => folder.clone()?.join(format!("{}-tokens.json", vendor.name())),
        };
        let kept = Tokens::read(&path, vendor)?;
        let folder = folder.ok();
        let client = Client::find(vendor, account, kept.as_ref(), folder.as_deref())?;
        let kept = kept.filter(|kept| kept.client_id == client.id);
        let endpoints = Endpoints::of(vendor)?;
        let http = Http::new(&endpoints, progress);
        let login = Login { vendor, client: &client, endpoints: &endpoints, http: &http };
        let fresh = match kept.as_ref().filter(|kept| kept.covers(scopes)) {
            Some(kept) if kept.expires > Timestamp::now().as_second() + RENEW_BEFORE => {
                Some(kept.clone())
            }
            Some(kept) => {
                let renewed = login.refresh(kept)?;
                renewed.iter().try_for_each(|tokens| tokens.write(&path))?;
                renewed
            }
            None => None,
        };
        let tokens = match fresh {
            Some(tokens) => tokens,
            None => {
                let tokens = login.consent(&wider(scopes, kept.as_ref()), account, err)?;
                tokens.write(&path)?;
                tokens
            }
        };
        Ok(Session {
            vendor,
            client,
            endpoints,
            http,
            tokens,
            path,
            bar: ProgressBar::new_spinner(),
        })
    }

    /// Where the service is.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Who asks to stop.
    pub fn progress(&self) -> &Progress {
        self.http.progress()
    }

    /// Shows what is being done; of text from elsewhere only what is plain.
    pub fn show(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
        self.bar.tick();
    }

    /// Writes something else where that is shown.
    pub fn pause(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// What the service answers to `request`. A token that is not taken any more is renewed, once.
    ///
    /// # Errors
    ///
    /// When it cannot be asked; its no is no failure here.
    pub fn send(
        &mut self,
        doing: &str,
        mut request: Request<Vec<u8>>,
    ) -> Result<Result<Response<Body>, Refusal>, Failure> {
        if self.tokens.expires <= Timestamp::now().as_second() + RENEW_BEFORE {
            self.renew(doing)?;
        }
        self.sign(&mut request)?;
        let answer = self.http.send(doing, &request, true)?;
        match answer {
            Err(refusal) if refusal.status == 401 && !lacks_scope(&refusal) => {
                self.renew(doing)?;
                self.sign(&mut request)?;
                self.http.send(doing, &request, true)
            }
            answer => Ok(answer),
        }
    }

    /// The same, as what its JSON says.
    ///
    /// # Errors
    ///
    /// When it cannot be asked, or its yes cannot be understood.
    pub fn ask<T: DeserializeOwned>(
        &mut self,
        doing: &str,
        request: Request<Vec<u8>>,
    ) -> Result<Result<T, Refusal>, Failure> {
        let answer = match self.send(doing, request)? {
            Ok(answer) => Http::whole(doing, answer)?,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match serde_json::from_slice(&answer) {
            Ok(said) => Ok(Ok(said)),
            Err(error) => {
                let title = self.vendor.title();
                Err(Failure::other(format!(
                    "cannot {doing}: the answer of {title} cannot be understood: {error}"
                )))
            }
        }
    }

    fn sign(&self, request: &mut Request<Vec<u8>>) -> Result<(), Failure> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.tokens.access_token))
            .map_err(|_| Failure::other("the token has odd letters in it; remove its file"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }

    fn renew(&mut self, doing: &str) -> Result<(), Failure> {
        let login = Login {
            vendor: self.vendor,
            client: &self.client,
            endpoints: &self.endpoints,
            http: &self.http,
        };
        let renewed = login.refresh(&self.tokens)?;
        let has_ended = renewed.is_none();
        match renewed {
            Some(tokens) => self.tokens = tokens,
            // The next run asks the user at once.
            None => (self.tokens.expires, self.tokens.refresh_token) = (0, None),
        }
        self.tokens.write(&self.path)?;
        if has_ended {
            let title = self.vendor.title();
            return Err(Failure::other(format!(
                "cannot {doing}: the consent for {title} has ended or was withdrawn; run it again to \
                 give it anew"
            )));
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whether a token is good, but for less than was asked for.
fn lacks_scope(refusal: &Refusal) -> bool {
    refusal.json()["error"][".tag"] == "missing_scope"
}

/// What is needed, and what was granted before: one consent for both.
fn wider<'s>(scopes: &[&'s str], kept: Option<&'s Tokens>) -> Vec<&'s str> {
    let mut all = scopes.to_vec();
    for scope in kept.iter().flat_map(|kept| &kept.scopes) {
        let is_narrower = scopes.iter().any(|wide| scope.strip_suffix(".readonly") == Some(*wide));
        if !all.contains(&scope.as_str()) && !is_narrower {
            all.push(scope);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_consent_keeps_what_was_granted() {
        let mut kept = Tokens::new(Vendor::Drive, "i", None);
        kept.scopes = vec!["drive.readonly".to_owned(), "other".to_owned()];
        assert_eq!(wider(&["drive"], Some(&kept)), ["drive", "other"]);
        assert_eq!(wider(&["drive.readonly"], Some(&kept)), ["drive.readonly", "other"]);
        assert_eq!(wider(&["drive"], None), ["drive"]);
    }
}
