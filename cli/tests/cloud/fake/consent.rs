//! The page for the consent, and tokens for it, as either vendor documents them.

use std::collections::HashMap;

use oauth2::url::{Host, Url, form_urlencoded};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Value, json};

use super::{Ask, Reply, get, once};

/// How a vendor differs from the other.
pub struct Rules {
    page: &'static [&'static str],
    /// The parameter that asks for a refresh token.
    offline: &'static str,
    token: &'static [&'static str],
    scopes: &'static [&'static str],
    /// What a client must know beside its id.
    secret: Option<&'static str>,
    /// The one address for the way back; without it, any on the loopback interface.
    back: Option<&'static str>,
}

/// Google ("OAuth 2.0 for Mobile & Desktop Apps").
pub const GOOGLE: Rules = Rules {
    page: &[
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "access_type",
        "login_hint",
        "prompt",
        "include_granted_scopes",
    ],
    offline: "access_type",
    token: &[
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
        "scope",
    ],
    scopes: &[
        "https://www.googleapis.com/auth/drive",
        "https://www.googleapis.com/auth/drive.readonly",
        "https://www.googleapis.com/auth/drive.metadata.readonly",
    ],
    secret: Some("GOCSPX-not-so-secret"),
    back: None,
};

/// Dropbox ("OAuth Guide").
pub const DROPBOX: Rules = Rules {
    page: &[
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "token_access_type",
        "include_granted_scopes",
        "locale",
        "force_reapprove",
        "force_reauthentication",
        "disable_signup",
        "require_role",
    ],
    offline: "token_access_type",
    token: &[
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
        "scope",
        "locale",
    ],
    scopes: &[
        "files.metadata.read",
        "files.content.read",
        "files.content.write",
        "account_info.read",
    ],
    secret: None,
    back: Some("http://127.0.0.1:PORT/"),
};

/// The one client that is registered.
pub const CLIENT: &str = "client-1.apps.example";

/// The same client and its secret as HTTP has them (RFC 6749, 2.3.1): Google's own library for Python does it so.
const BASIC: &str = "Basic Y2xpZW50LTEuYXBwcy5leGFtcGxlOkdPQ1NQWC1ub3Qtc28tc2VjcmV0";

/// What the user does on the page.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    #[default]
    Grants,
    Denies,
    /// All but the last scope.
    GrantsLess,
    /// The browser comes back with the state of another run.
    OtherState,
}

/// What was granted.
#[derive(Default)]
pub struct Consents {
    pub answer: Answer,
    /// The registered port of the way back, where it must be.
    pub port: u16,
    /// Seconds that a token lasts.
    pub life: Option<i64>,
    count: u32,
    codes: HashMap<String, Code>,
    access: HashMap<String, Vec<String>>,
    refresh: HashMap<String, Vec<String>>,
}

struct Code {
    challenge: String,
    back: String,
    scopes: Vec<String>,
}

impl Consents {
    /// No access token is good any more.
    pub fn expire(&mut self) {
        self.access.clear();
    }

    /// The user withdraws it all.
    pub fn withdraw(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// The scopes of the token that comes with a request.
    pub fn scopes(&self, ask: &Ask) -> Option<&[String]> {
        let token = ask.header("authorization")?.strip_prefix("Bearer ")?;
        self.access.get(token).map(Vec::as_slice)
    }

    fn next(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}-{}/~x", self.count)
    }
}

fn bad(error: &str, description: &str) -> Reply {
    Reply::json(400, &json!({ "error": error, "error_description": description }))
}

/// The page, as if somebody had pressed a button on it at once.
pub fn page(consents: &mut Consents, rules: &Rules, ask: &Ask) -> Result<Reply, Reply> {
    let wrong = |why: &str| bad("invalid_request", why);
    let pairs = ask.parameters(&[rules.page]).map_err(|why| wrong(&why))?;
    let one = |name: &str| get(&pairs, name).ok_or_else(|| wrong(&format!("no {name}")));
    let expect = |name: &str, value: &str| match one(name)? == value {
        true => Ok(()),
        false => Err(wrong(&format!("{name} is not {value}"))),
    };
    expect("client_id", CLIENT)?;
    expect("response_type", "code")?;
    expect("code_challenge_method", "S256")?;
    expect(rules.offline, "offline")?;
    let challenge = one("code_challenge")?;
    if challenge.len() != 43 {
        return Err(wrong("code_challenge is none of S256"));
    }
    let state = one("state")?;
    if state.len() < 16 {
        return Err(wrong("state can be guessed"));
    }
    let back = one("redirect_uri")?;
    let url = Url::parse(back).map_err(|_| wrong("redirect_uri is no address"))?;
    let registered = rules.back.map(|back| back.replace("PORT", &consents.port.to_string()));
    let is_here = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    if !is_here || url.scheme() != "http" || registered.is_some_and(|registered| registered != back)
    {
        return Err(wrong("redirect_uri is not registered"));
    }
    let mut scopes: Vec<String> = one("scope")?.split(' ').map(str::to_owned).collect();
    if let Some(unknown) = scopes.iter().find(|scope| !rules.scopes.contains(&scope.as_str())) {
        return Err(wrong(&format!("unknown scope {unknown}")));
    }
    let (answer, mut state) = (consents.answer, state.to_owned());
    let mut query = form_urlencoded::Serializer::new(String::new());
    match answer {
        Answer::Denies => drop(query.append_pair("error", "access_denied")),
        Answer::OtherState => state = "of-another-run-altogether".to_owned(),
        Answer::GrantsLess => drop(scopes.pop()),
        Answer::Grants => {}
    }
    if answer != Answer::Denies {
        let code = consents.next("4/code");
        query.append_pair("code", &code).append_pair("scope", &scopes.join(" "));
        let code_of = Code { challenge: challenge.to_owned(), back: back.to_owned(), scopes };
        consents.codes.insert(code, code_of);
    }
    query.append_pair("state", &state);
    let headers = vec![("Location".to_owned(), format!("{back}?{}", query.finish()))];
    Ok(Reply { status: 302, headers, body: Vec::new() })
}

/// Tokens, for a code or a refresh token.
pub fn token(consents: &mut Consents, rules: &Rules, ask: &Ask) -> Result<Reply, Reply> {
    let wrong = |why: &str| bad("invalid_request", why);
    if ask.header("content-type") != Some("application/x-www-form-urlencoded") {
        return Err(wrong("not a form"));
    }
    let is_basic = rules.secret.is_some() && ask.header("authorization") == Some(BASIC);
    if !ask.query.is_empty() || ask.header("authorization").is_some() && !is_basic {
        return Err(wrong("there is more than a form"));
    }
    let form = ask.form();
    let pairs = once(&form, &[rules.token]).map_err(|why| wrong(&why))?;
    if get(&pairs, "client_id") != Some(CLIENT) && !is_basic {
        return Err(bad("invalid_client", "The OAuth client was not found."));
    }
    if rules.secret.is_some() && get(&pairs, "client_secret") != rules.secret && !is_basic {
        return Err(wrong("client_secret is missing."));
    }
    let (scopes, renews) = match get(&pairs, "grant_type") {
        Some("authorization_code") => {
            let code = get(&pairs, "code").and_then(|code| consents.codes.remove(code));
            let code = code.ok_or_else(|| bad("invalid_grant", "Malformed auth code."))?;
            let verifier = get(&pairs, "code_verifier").unwrap_or_default().to_owned();
            if !(43..=128).contains(&verifier.len()) {
                return Err(bad("invalid_grant", "Missing code verifier."));
            }
            let verifier = PkceCodeVerifier::new(verifier);
            let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
            if challenge.as_str() != code.challenge {
                return Err(bad("invalid_grant", "Invalid code verifier."));
            }
            if get(&pairs, "redirect_uri") != Some(&*code.back) {
                return Err(bad("redirect_uri_mismatch", "Bad Request"));
            }
            (code.scopes, true)
        }
        Some("refresh_token") => {
            let token = get(&pairs, "refresh_token").unwrap_or_default();
            match consents.refresh.get(token) {
                Some(scopes) => (scopes.clone(), false),
                // That a user withdraws is nothing that a request does wrong.
                None => return Ok(bad("invalid_grant", "Token has been expired or revoked.")),
            }
        }
        _ => return Err(bad("unsupported_grant_type", "Invalid grant_type")),
    };
    let access = consents.next("ya29.access");
    consents.access.insert(access.clone(), scopes.clone());
    let mut said = json!({
        "access_token": access, "token_type": "bearer", "expires_in": consents.life.unwrap_or(3599),
        "scope": scopes.join(" "),
    });
    if renews {
        let refresh = consents.next("1//refresh");
        consents.refresh.insert(refresh.clone(), scopes);
        said["refresh_token"] = Value::from(refresh);
        said["uid"] = "12345".into();
        said["account_id"] = "dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc".into();
    }
    Ok(Reply::json(200, &said))
}
