//! One page in the browser, used as a person would.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chrome::Chrome;

/// How long something may take to come true.
const PATIENCE: Duration = Duration::from_secs(90);

/// Watches, before any script of the page runs, how long it keeps from answering and when the first card stands.
const WATCH: &str = "
    window.watched = { long: [], first: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watched.long.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      if (document.querySelector('[role=gridcell]')) watched.first = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.ran = 0;
    window.alert = () => { window.ran++; };";

/// A page.
pub struct Page {
    chrome: Chrome,
    session: String,
}

impl Page {
    /// A page of that width; nothing where there is no browser.
    pub fn new(width: u32, theme: &str) -> Option<Self> {
        let mut chrome = Chrome::start()?;
        let target = chrome.call(None, "Target.createTarget", json!({ "url": "about:blank" }));
        let attached = json!({ "targetId": target["targetId"], "flatten": true });
        let session = chrome.call(None, "Target.attachToTarget", attached);
        let session = session["sessionId"].as_str().unwrap().to_owned();
        let mut page = Page { chrome, session };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Page.bringToFront", json!({}));
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
        let size =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 });
        page.call("Emulation.setDeviceMetricsOverride", size);
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        page.call("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
        Some(page)
    }

    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.chrome.call(Some(&self.session), method, params)
    }

    /// Lets the page save files in a folder.
    pub fn save_to(&mut self, folder: &Path) {
        let asked = json!({ "behavior": "allow", "downloadPath": folder.to_str().unwrap() });
        self.chrome.call(None, "Browser.setDownloadBehavior", asked);
    }

    /// Opens a file and waits until all of its report is read.
    pub fn open(&mut self, path: &Path) {
        let url = format!("file://{}", path.to_str().unwrap());
        let opened = self.call("Page.navigate", json!({ "url": url }));
        assert!(opened["errorText"].is_null(), "{opened}");
        self.until("document.documentElement?.dataset.ready === 'all'");
    }

    /// What an expression comes to; promises are waited for.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&mut self, expression: &str) {
        let began = Instant::now();
        while self.value(expression) != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                let focus = self.value("document.activeElement?.outerHTML.slice(0, 200)");
                let text = self.value("document.body.innerText.slice(0, 600)");
                panic!(
                    "{expression} did not come true; the focus is on {focus}; the page says {text}"
                );
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// The text of an element, as it is shown.
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector({})?.innerText", json!(selector)));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// How many files the page says that it shows, once it says `n`.
    #[track_caller]
    pub fn shows(&mut self, n: &str) {
        self.until(&format!(
            "document.getElementById('count').innerText.startsWith({})",
            json!(format!("{n} "))
        ));
    }

    /// Clicks the middle of an element, once it lies still with nothing over it: in a page that is still being filled, a
    /// click may go elsewhere.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(async () => {{
               for (let left = 50; ; left -= 1) {{
                 const found = document.querySelector({});
                 found.scrollIntoView({{ block: 'center' }});
                 const before = found.getBoundingClientRect();
                 await new Promise((then) => setTimeout(then, 20));
                 const box = found.getBoundingClientRect();
                 const place = [box.x + box.width / 2, box.y + box.height / 2];
                 const is_still = before.x === box.x && before.y === box.y;
                 const is_on_top = found.contains(document.elementFromPoint(...place));
                 if (left === 0 || (is_still && is_on_top)) return place;
               }}
             }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Presses a key, such as `ArrowLeft`, `Shift+ArrowRight`, `Control+a` or `/`.
    pub fn press(&mut self, key: &str) {
        let (modifiers, key) = match key.split_once('+') {
            Some(("Shift", key)) => (8, key),
            Some(("Control", key)) => (2, key),
            _ => (0, key),
        };
        let (code, text) = match key {
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            "Home" => (36, ""),
            "End" => (35, ""),
            "Escape" => (27, ""),
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            letter => (u32::from(letter.to_uppercase().bytes().next().unwrap_or(0)), letter),
        };
        let text = if modifiers == 2 { "" } else { text };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for kind in [down, "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers });
            if kind == "keyDown" {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Types a text where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Chooses a value of a list.
    pub fn choose(&mut self, selector: &str, value: &str) {
        self.value(&format!(
            "(() => {{
               const list = document.querySelector({});
               list.value = {};
               list.dispatchEvent(new Event('change', {{ bubbles: true }}));
             }})()",
            json!(selector),
            json!(value)
        ));
    }

    /// The longest time in milliseconds that the page kept from answering since it was asked last.
    pub fn longest_task(&mut self) -> f64 {
        thread::sleep(Duration::from_millis(300));
        let longest = self.value("Math.max(0, ...watched.long.splice(0))");
        longest.as_f64().unwrap()
    }

    /// Holds that nothing was complained of, nothing ran that is not ours, and nothing was asked of a network.
    #[track_caller]
    pub fn is_quiet(&mut self) {
        self.asks_only(&["file:"]);
    }

    /// The same of a page that may ask what begins with one of `known`.
    #[track_caller]
    pub fn asks_only(&mut self, known: &[&str]) {
        assert_eq!(self.value("window.ran"), 0, "a script of the evidence ran");
        for event in std::mem::take(&mut self.chrome.events) {
            let params = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" | "Log.entryAdded" => panic!("{event}"),
                "Runtime.consoleAPICalled" if params["type"] != "log" => panic!("{event}"),
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str().unwrap();
                    let own = ["blob:", "about:", "data:"];
                    let is_known = own.iter().chain(known).any(|kind| url.starts_with(kind));
                    assert!(is_known, "{url}");
                }
                _ => {}
            }
        }
    }
}
