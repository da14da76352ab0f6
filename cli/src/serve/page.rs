//! Our own page: files that are part of the program.

use super::response::Response;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A part of the page by its name; the page itself has none.
pub fn part(name: &str) -> Option<Response> {
    let (kind, text) = match name {
        "" => ("text/html; charset=utf-8", include_str!("page/index.html")),
        "page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "icon.svg" => ("image/svg+xml", include_str!("page/icon.svg")),
        "main.js" => (SCRIPT, include_str!("page/main.js")),
        "talk.js" => (SCRIPT, include_str!("page/talk.js")),
        "words.js" => (SCRIPT, include_str!("page/words.js")),
        "start.js" => (SCRIPT, include_str!("page/start.js")),
        "browse.js" => (SCRIPT, include_str!("page/browse.js")),
        "grid.js" => (SCRIPT, include_str!("page/grid.js")),
        "run.js" => (SCRIPT, include_str!("page/run.js")),
        _ => return None,
    };
    Some(Response::page(kind, text))
}
