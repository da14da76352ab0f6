//! Requests that do not come from our own page.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::desk::{Answer, Desk, Page};

/// A request for the state, with its parts in place of ours.
fn request(page: &Page, line: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let with =
        |text: &str| text.replace("TOKEN", &page.token).replace("PORT", &page.port.to_string());
    let mut text = format!("{} HTTP/1.1\r\n", with(line));
    for (name, value) in headers {
        text += &format!("{name}: {}\r\n", with(value));
    }
    format!("{text}\r\n{body}").into_bytes()
}

/// A status, a request line, its headers and its body.
type Refusal<'a> = (u16, &'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn what_does_not_come_from_our_page_is_refused() {
    let page = Desk::new().serve(&[]);
    let ours = ("Host", "127.0.0.1:PORT");
    let json = ("Content-Type", "application/json");
    let origin = ("Origin", "http://127.0.0.1:PORT");
    let (two, stop) = (("Content-Length", "2"), "POST /TOKEN/api/stop");
    let table: &[Refusal<'_>] = &[
        (200, "GET /TOKEN/api/state", &[ours], ""),
        (200, "GET /TOKEN/api/state", &[("Host", "localhost:PORT")], ""),
        (200, stop, &[ours, origin, json, two], "{}"),
        // The token.
        (403, "GET /", &[ours], ""),
        (403, "GET /api/state", &[ours], ""),
        (403, "GET /0123456789abcdef0123456789abcdef/api/state", &[ours], ""),
        (403, "GET /TOKEN0/api/state", &[ours], ""),
        (403, "GET /%54OKEN/api/state", &[ours], ""),
        (403, "GET /favicon.ico", &[ours], ""),
        // The host.
        (403, "GET /TOKEN/api/state", &[], ""),
        (403, "GET /TOKEN/api/state", &[("Host", "evil.example:PORT")], ""),
        (403, "GET /TOKEN/api/state", &[("Host", "127.0.0.1")], ""),
        (403, "GET /TOKEN/api/state", &[("Host", "127.0.0.1:PORT.evil.example")], ""),
        (400, "GET /TOKEN/api/state", &[ours, ("Host", "evil.example")], ""),
        // Another page.
        (403, "GET /TOKEN/api/state", &[ours, ("Sec-Fetch-Site", "cross-site")], ""),
        (403, stop, &[ours, json, two], "{}"),
        (403, stop, &[ours, ("Origin", "http://evil.example"), json, two], "{}"),
        (403, stop, &[ours, ("Origin", "null"), json, two], "{}"),
        (403, stop, &[ours, ("Origin", "http://127.0.0.1:1"), json, two], "{}"),
        (403, stop, &[ours, origin, ("Sec-Fetch-Site", "same-site"), json, two], "{}"),
        // The kind.
        (415, stop, &[ours, origin, ("Content-Type", "text/plain"), two], "{}"),
        (415, stop, &[ours, origin, two], "{}"),
        (400, stop, &[ours, origin, json, two], "[]"),
        (400, stop, &[ours, origin, json, ("Content-Length", "9")], "{\"a\": 1 }"),
        // The method.
        (405, "GET /TOKEN/api/stop", &[ours], ""),
        (405, "GET /TOKEN/api/quit", &[ours], ""),
        (405, "DELETE /TOKEN/api/state", &[ours], ""),
        (405, "OPTIONS /TOKEN/api/stop", &[ours, origin], ""),
        (405, "POST /TOKEN/api/state", &[ours, origin, json, two], "{}"),
        // The limits.
        (413, stop, &[ours, origin, json, ("Content-Length", "1048577")], ""),
        (413, stop, &[ours, origin, json, ("Content-Length", "99999999999999999999")], ""),
        (400, stop, &[ours, origin, json, ("Content-Length", "-1")], ""),
        (
            400,
            stop,
            &[ours, origin, json, ("Transfer-Encoding", "chunked")],
            "2\r\n{}\r\n0\r\n\r\n",
        ),
        (400, stop, &[ours, origin, json, ("Content-Length", "1")], "{} and more"),
        (400, "GET /TOKEN/api/photos?after=x", &[ours], ""),
        // What is not there.
        (404, "GET /TOKEN/api/none", &[ours], ""),
        (404, "GET /TOKEN/../etc/passwd", &[ours], ""),
        (404, "GET /TOKEN/picture/1/1", &[ours], ""),
        (404, "GET /TOKEN/picture/../../x", &[ours], ""),
        (404, "GET /TOKEN/gallery/report.html", &[ours], ""),
        (404, "GET /TOKEN/gallery/%2e%2e/card.img", &[ours], ""),
    ];
    let mut refused = 0;
    for (status, line, headers, body) in table {
        let answer = page.raw(&request(&page, line, headers, body)).unwrap();
        assert_eq!(answer.status, *status, "{line} {headers:?}");
        assert!(!answer.head.contains("Access-Control"), "{}", answer.head);
        refused += usize::from(*status != 200);
    }
    for odd in ["", "GET", "\r\n\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{1b}[2J\u{0}\r\n\r\n"] {
        let answer = page.raw(format!("{odd}\r\n\r\n").as_bytes());
        assert!(answer.is_none_or(|answer| answer.status == 400), "{odd:?}");
    }
    let token = page.token.clone();
    let (status, said) = page.quit();
    assert_eq!(status, 0);
    let told =
        said.lines().filter(|line| line.starts_with("afterimage: refused a request")).count();
    assert!(told >= refused, "{told} of {refused}:\n{said}");
    assert!(!said.contains(&token), "the secret is told:\n{said}");
    assert!(said.chars().all(|letter| letter == '\n' || !letter.is_control()), "{said:?}");
}

#[test]
fn too_long_and_too_slow_requests_end() {
    let page = Desk::new().serve(&[]);
    let long = format!("GET /{}/ HTTP/1.1\r\nX: {}", page.token, "a".repeat(1 << 20));
    assert_eq!(page.raw(long.as_bytes()).unwrap().status, 413);
    let many: String = (0..200).map(|at| format!("X-{at}: 1\r\n")).collect();
    let many = format!("GET /{}/ HTTP/1.1\r\n{many}\r\n", page.token);
    assert_eq!(page.raw(many.as_bytes()).unwrap().status, 413);
    let path = format!("GET /{}/{} HTTP/1.1\r\n\r\n", page.token, "a".repeat(6000));
    assert_eq!(page.raw(path.as_bytes()).unwrap().status, 413);
    // A byte now and then keeps no connection open for long.
    let clock = Instant::now();
    let mut slow = TcpStream::connect(("127.0.0.1", page.port)).unwrap();
    for byte in b"GET /" {
        slow.write_all(&[*byte]).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    // Meanwhile others are answered.
    assert_eq!(page.get("api/state").status, 200);
    assert_eq!(Answer::read(&mut slow).unwrap().status, 408);
    assert!(clock.elapsed() < Duration::from_secs(30), "{:?}", clock.elapsed());
    assert_eq!(page.quit().0, 0);
}

#[test]
fn more_connections_than_anybody_needs_are_refused() {
    let page = Desk::new().serve(&[]);
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(TcpStream::connect(("127.0.0.1", page.port)).unwrap());
    }
    let busy = open.drain(48..).filter_map(|mut stream| Answer::read(&mut stream));
    assert!(busy.map(|answer| answer.status).all(|status| status == 503));
    drop(open);
    // They are given back as soon as the others have gone.
    let clock = Instant::now();
    let line = "GET /TOKEN/api/state";
    let ask = request(&page, line, &[("Host", "127.0.0.1:PORT")], "");
    while page.raw(&ask).is_none_or(|answer| answer.status != 200) {
        assert!(clock.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(page.quit().0, 0);
}

#[test]
fn our_page_keeps_to_itself() {
    let page = Desk::new().serve(&[]);
    for part in [
        "",
        "page.css",
        "main.js",
        "talk.js",
        "words.js",
        "start.js",
        "browse.js",
        "grid.js",
        "run.js",
    ] {
        let answer = page.get(part);
        assert_eq!(answer.status, 200, "{part}");
        let text = String::from_utf8(answer.body).unwrap();
        // No part of it names another place, or has script or style that the policy would refuse.
        for foreign in ["https://", "http://", "//cdn", "style=", "onclick=", "innerHTML", "eval("]
        {
            assert!(!text.contains(foreign), "{part}: {foreign}");
        }
        for header in [
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cross-Origin-Resource-Policy: same-origin",
            "Cache-Control: no-store",
        ] {
            assert!(answer.head.contains(header), "{part}: {header}");
        }
    }
    // What the command line would refuse.
    let desk = Desk::new();
    let (card, out) = (desk.text("card.img"), desk.text("out"));
    std::fs::write(desk.path("empty"), b"").unwrap();
    let refused = [
        json!({ "source": card, "output": card }),
        json!({ "source": desk.text(""), "output": desk.text("out") }),
        json!({ "source": desk.text("none.img"), "output": out }),
        json!({ "source": desk.text("empty"), "output": out }),
        json!({ "source": "", "output": out }),
        json!({ "source": card, "output": "" }),
    ];
    for asked in refused {
        let checked = page.post("api/check", &asked).json();
        let said = page.post("api/scan", &asked).json();
        assert!(checked["error"].is_string(), "{asked}: {checked}");
        if said["error"].is_null() {
            // What shows only when it is opened is told at once.
            let state = page.until("failed", |state| state["phase"] == "failed");
            assert!(state["ended"]["headline"].as_str().unwrap().len() > 10, "{state}");
            page.done("api/again", &json!({}));
        }
    }
    assert!(!desk.path("out/report.json").exists());
    assert_eq!(page.quit().0, 0);
}
