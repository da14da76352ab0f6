//! Signatures of requests to object storage, computed as its documentation says and by nothing else: a judge of those that
//! are sent.
//!
//! Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".

use sha2::{Digest, Sha256};

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// What is wrong with a GET request for `target`, path and query as they were sent, to `host`, where `secret` is the key;
/// nothing where its signature is the one that it must have.
pub fn fault(host: &str, target: &str, secret: &str) -> Option<String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut pairs: Vec<(&str, &str)> =
        query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|pair| pair.1);
    let Some(given) = value("X-Amz-Signature") else { return Some("it is not signed".into()) };
    let (Some(date), Some(credential)) = (value("X-Amz-Date"), value("X-Amz-Credential")) else {
        return Some("it does not say when or by whom it was signed".into());
    };
    let credential = credential.replace("%2F", "/");
    let Some((_, scope)) = credential.split_once('/') else { return Some("no scope".into()) };
    if value("X-Amz-SignedHeaders") != Some("host") {
        return Some("not the host alone is signed".into());
    }
    pairs.retain(|(name, _)| *name != "X-Amz-Signature");
    pairs.sort_unstable();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request =
        format!("GET\n{path}\n{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD", query.join("&"));
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
    let first = format!("AWS4{secret}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| hmac(&key, part.as_bytes()));
    let expected = hex(&hmac(&key, to_sign.as_bytes()));
    (expected != given).then(|| format!("its signature is {given}, not {expected}"))
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut padded = [0; BLOCK];
    let key = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    padded[..key.len()].copy_from_slice(&key);
    let with = |pad: u8, rest: &[u8]| {
        let mut hasher = Sha256::new();
        hasher.update(padded.map(|byte| byte ^ pad));
        hasher.update(rest);
        hasher.finalize().to_vec()
    };
    with(0x5c, &with(0x36, message))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Amazon's documentation, with its keys.
    #[test]
    fn the_example_of_the_documentation_is_signed_as_it_says() {
        let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
            &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
            &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let (host, secret) =
            ("examplebucket.s3.amazonaws.com", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        assert_eq!(fault(host, target, secret), None);
        assert!(fault("other.s3.amazonaws.com", target, secret).is_some());
        assert!(fault(host, &target.replace("test", "text"), secret).is_some());
        assert!(fault(host, target, "other").is_some() && fault(host, "/x", secret).is_some());
    }
}
