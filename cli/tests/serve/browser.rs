//! The live page in a browser that people use: a scan is started, watched, and photos are recovered before its end; the
//! tab is closed and opened again; a thousand photos appear without the page standing still.

use std::fs;
use std::path::Path;

use afterimage_testdata::jpeg::Jpeg;
use afterimage_testdata::scene::Picture;
use serde_json::json;

use super::desk::Desk;
use super::page::Page as Tab;

/// A page that keeps a person waiting for so many milliseconds is broken; 200 are wished for, on a machine that does
/// nothing else.
const LONGEST_TASK: f64 = 2000.0;

/// Photos on the large card.
const MANY: usize = 1000;

fn tab(width: u32, address: &str) -> Option<Tab> {
    let mut tab = Tab::new(width, "dark")?;
    let opened = tab.call("Page.navigate", json!({ "url": address }));
    assert!(opened["errorText"].is_null(), "{opened}");
    tab.until("document.readyState === 'complete'");
    Some(tab)
}

/// Starts a scan as a person does.
fn start(tab: &mut Tab, card: &str, out: &str) {
    tab.until("!document.getElementById('choose').hidden");
    for (field, text) in [("source", card), ("output", out)] {
        tab.click(&format!("#{field}"));
        tab.value(&format!("document.getElementById('{field}').select()"));
        tab.type_text(text);
        tab.press("Tab");
    }
    tab.until(&format!("document.getElementById('output').value === {}", json!(out)));
    tab.until("!document.getElementById('start').disabled");
    // What is still said of the choice moves the button away from under the pointer.
    tab.until("document.getElementById('choose').getAttribute('aria-busy') === 'false'");
    tab.click("#start");
    tab.until("!document.getElementById('run').hidden");
}

/// What is cut off at the right of the page.
const CUT: &str = "[...document.querySelectorAll('main *, .chosen *')]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .map((one) => one.outerHTML.slice(0, 100))";

const CARDS: &str = "document.querySelectorAll('.card').length";

#[test]
fn a_photo_is_chosen_in_a_tab_that_is_closed_and_opened_again() {
    let desk = Desk::new();
    let page = desk.serve(&["--read-limit", "500K"]);
    let Some(mut first) = tab(1440, &page.address()) else { return };
    start(&mut first, &desk.text("card.img"), &desk.text("out"));
    first.until("document.querySelectorAll('.card:not(.live)').length > 1");
    first.click(".card:not(.live) .tick");
    first.until("!document.getElementById('save').disabled");
    first.click("#save");
    first.until("document.getElementById('saved').textContent.startsWith('1 photo saved')");
    assert_eq!(page.state()["phase"], "scanning");
    assert!(desk.path("out/chosen").exists() && !desk.path("out/report.json").exists());
    let before = first.value(CARDS).as_u64().unwrap();
    first.asks_only(&[&page.address()]);
    drop(first);
    let mut second = tab(360, &page.address()).unwrap();
    second.until(&format!("{CARDS} >= {before}"));
    second.until(
        "[...document.querySelectorAll('.badge')].some((one) => one.textContent === 'saved')",
    );
    second.until("!document.getElementById('end').hidden");
    second.until("document.getElementById('count').innerText.includes(' recovered')");
    assert!(second.text("#end-title").starts_with("Done: "), "{}", second.text("#end-title"));
    second.until(&format!("{CARDS} > 0"));
    assert!(second.value("document.documentElement.scrollWidth <= innerWidth").as_bool().unwrap());
    assert_eq!(second.value(CUT), json!([]));
    second.value("document.querySelector('.card').focus()");
    for key in ["ArrowRight", " "] {
        second.press(key);
    }
    second.until("document.querySelectorAll('.card[aria-selected=true]').length === 1");
    second.asks_only(&[&page.address()]);
    assert_eq!(page.quit().0, 0);
}

/// A card with many small photos, one in each block.
fn many(path: &Path) {
    let mut card = Vec::new();
    for seed in 0..MANY as u64 {
        card.extend(Jpeg::default().encode(&Picture::scene(seed, 64, 48)));
        card.resize(card.len().next_multiple_of(4096) + 4096, 0);
    }
    fs::write(path, card).unwrap();
}

#[test]
fn a_thousand_photos_appear_and_the_page_answers_all_the_while() {
    let desk = Desk::new();
    many(&desk.path("many.img"));
    let page = desk.serve(&["--read-limit", "4M"]);
    let Some(mut watching) = tab(1440, &page.address()) else { return };
    start(&mut watching, &desk.text("many.img"), &desk.text("out"));
    watching.until(&format!("{CARDS} >= {}", MANY / 2));
    watching.until("!document.getElementById('end').hidden");
    watching.until(&format!("{CARDS} >= {MANY}"));
    let longest = watching.longest_task();
    println!("longest task: {longest} ms");
    assert!(longest < LONGEST_TASK, "{longest} ms");
    watching.asks_only(&[&page.address()]);
    drop(watching);
    // All at once, in a tab that knows nothing; and then looked through.
    let mut again = tab(1440, &page.address()).unwrap();
    again.until(&format!("{CARDS} >= {MANY}"));
    again.value(
        "(async () => {
           for (let y = 0; y < document.body.scrollHeight; y += 600) {
             scrollTo(0, y);
             await new Promise((resolve) => requestAnimationFrame(resolve));
           }
         })()",
    );
    let longest = again.longest_task();
    println!("longest task: {longest} ms");
    assert!(longest < LONGEST_TASK, "{longest} ms");
    again.asks_only(&[&page.address()]);
    assert_eq!(page.quit().0, 0);
}
