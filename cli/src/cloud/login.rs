//! The user's consent, and tokens for it: OAuth 2.0 for installed programs.
//!
//! Source: RFC 6749, 4.1 and 6; RFC 7636 (PKCE, S256 alone); RFC 8252 (loopback redirect). Of what goes beyond
//! these, `access_type` is Google's and `token_access_type` is Dropbox's; either asks for a refresh token.

use std::io::Write;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::{
    BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenResponse,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope,
    TokenResponse, TokenUrl,
};
use ureq::http::Response;

use super::account::Account;
use super::client::Client;
use super::endpoints::Endpoints;
use super::failure::{Failure, one_line};
use super::http::{Http, Refusal};
use super::loopback::Loopback;
use super::tokens::Tokens;
use super::vendor::Vendor;
use crate::browser;

/// The port for Dropbox, which takes no address for the way back that is not registered, port included.
const DROPBOX_PORT: u16 = 53_170;

/// Seconds that a token lasts where the service does not say.
const USUAL_LIFE: u64 = 3600;

type OAuthClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Asks for tokens of one client.
pub struct Login<'a> {
    /// Of which service.
    pub vendor: Vendor,
    /// For which client.
    pub client: &'a Client,
    /// Where the service is.
    pub endpoints: &'a Endpoints,
    /// Makes the requests.
    pub http: &'a Http,
}

impl Login<'_> {
    /// Asks the user, in the browser, for a consent to `scopes`; says on `err` where to go for it.
    ///
    /// # Errors
    ///
    /// When there is no consent, or not to all that is needed.
    pub fn consent(
        &self,
        scopes: &[&str],
        account: &Account,
        err: &mut dyn Write,
    ) -> Result<Tokens, Failure> {
        let fixed = (self.vendor == Vendor::Dropbox).then_some(DROPBOX_PORT);
        let loopback = Loopback::listen(account.port.or(fixed))?;
        let back = RedirectUrl::new(loopback.address()).map_err(odd)?;
        let client = self.client()?.set_redirect_uri(back);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let offline = match self.vendor {
            Vendor::Drive => ("access_type", "offline"),
            Vendor::Dropbox => ("token_access_type", "offline"),
        };
        let (address, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .set_pkce_challenge(challenge)
            .add_extra_param(offline.0, offline.1)
            .url();
        self.show(address.as_str(), account, err);
        let wait = Duration::from_secs(account.wait);
        let code = loopback.code(state.secret(), wait, self.http.progress())?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .request(&|request| self.exchange(request, false));
        let answer = answer.map_err(|error| self.failure(error))?;
        let mut tokens = Tokens::new(self.vendor, &self.client.id, self.client.secret.as_deref());
        tokens.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        take(&mut tokens, &answer);
        // A user may leave out a part of what was asked for.
        if !tokens.covers(scopes) {
            let title = self.vendor.title();
            return Err(Failure::other(format!(
                "{title} did not grant all that this needs ({}); run it again and allow it all",
                scopes.join(" ")
            )));
        }
        Ok(tokens)
    }

    /// New tokens for old ones; nothing where the consent has ended or was withdrawn.
    ///
    /// # Errors
    ///
    /// When the service does not answer, or says no for another reason.
    pub fn refresh(&self, old: &Tokens) -> Result<Option<Tokens>, Failure> {
        let Some(refresh_token) = old.refresh_token.clone() else { return Ok(None) };
        let answer = self
            .client()?
            .exchange_refresh_token(&RefreshToken::new(refresh_token))
            .request(&|request| self.exchange(request, true));
        match answer {
            Ok(answer) => {
                let mut tokens = old.clone();
                take(&mut tokens, &answer);
                Ok(Some(tokens))
            }
            Err(BasicRequestTokenError::ServerResponse(said))
                if *said.error() == BasicErrorResponseType::InvalidGrant =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    fn client(&self) -> Result<OAuthClient, Failure> {
        let client = BasicClient::new(ClientId::new(self.client.id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(self.endpoints.consent.clone()).map_err(odd)?)
            .set_token_uri(TokenUrl::new(self.endpoints.token.clone()).map_err(odd)?);
        Ok(match &self.client.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.clone())),
            None => client,
        })
    }

    /// Tells the user where to consent. A terminal that is gone does not keep a browser from coming.
    fn show(&self, address: &str, account: &Account, err: &mut dyn Write) {
        let title = self.vendor.title();
        drop(writeln!(
            err,
            "afterimage needs your consent to look into the trash of {title}. Open this address in a \
             browser on this machine:\n\n{address}\n"
        ));
        drop(err.flush());
        if account.open
            && let Err(error) = browser::open(address)
        {
            drop(writeln!(err, "afterimage: note: no browser could be opened: {error}"));
        }
    }

    fn exchange(&self, request: HttpRequest, is_repeatable: bool) -> Result<HttpResponse, Failure> {
        let doing = format!("get a token from {}", self.vendor.title());
        let (status, body) = match self.http.send(&doing, &request, is_repeatable)? {
            Ok(answer) => (200, Http::whole(&doing, answer)?),
            Err(refusal) if !refusal.json()["error"].is_string() => {
                return Err(refusal.to_failure(&doing));
            }
            Err(Refusal { status, body, .. }) => (status, body),
        };
        Response::builder()
            .status(status)
            .body(body)
            .map_err(|error| Failure::other(error.to_string()))
    }

    fn failure(&self, error: BasicRequestTokenError<Failure>) -> Failure {
        let title = self.vendor.title();
        match error {
            BasicRequestTokenError::Request(failure) => failure,
            BasicRequestTokenError::ServerResponse(said) => {
                let why = said.error_description().cloned();
                let why = one_line(&why.unwrap_or_else(|| said.error().to_string()));
                let is_client = matches!(
                    said.error(),
                    BasicErrorResponseType::InvalidClient | BasicErrorResponseType::InvalidRequest
                );
                let advice = match is_client && self.client.secret.is_none() {
                    true => "; if the client has a secret, name its file with --client-secret-file",
                    false => "",
                };
                Failure::other(format!("{title} gives no token: {why}{advice}"))
            }
            _ => Failure::other(format!("{title} gives no token: its answer cannot be understood")),
        }
    }
}

/// Takes over what a service granted.
fn take(tokens: &mut Tokens, answer: &BasicTokenResponse) {
    tokens.access_token = answer.access_token().secret().clone();
    let life = answer.expires_in().map_or(USUAL_LIFE, |life| life.as_secs());
    let life = i64::try_from(life).unwrap_or(i64::MAX);
    tokens.expires = Timestamp::now().as_second().saturating_add(life);
    if let Some(token) = answer.refresh_token() {
        tokens.refresh_token = Some(token.secret().clone());
    }
    if let Some(scopes) = answer.scopes() {
        tokens.scopes = scopes.iter().map(|scope| scope.to_string()).collect();
    }
}

fn odd(error: oauth2::url::ParseError) -> Failure {
    Failure::other(format!("an address of the service is none: {error}"))
}
