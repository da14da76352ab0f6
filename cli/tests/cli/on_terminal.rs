//! The program on a terminal.
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::process::Command;

use serde_json::{Value, json};

use super::Desk;

/// Runs the program on a terminal, takes some steps, and prints its exit status (that of a signal is negative), whether
/// the terminal shows what is typed again, and what it said.
const ON_TERMINAL: &str = r#"
import fcntl, json, os, pty, select, signal, sys, termios, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(slave, number)
    os.execv(command[0], command)
shows = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
said, seen, status, end = b"", 0, None, time.monotonic() + 100

def is_time():
    global seen
    kind, after, _ = steps[0]
    if kind == "file":
        return os.path.exists(after)
    at = said.find(after.encode(), seen)
    if at < 0 or shows() == (kind == "hidden"):
        return False
    seen = at + len(after)
    return True

while time.monotonic() < end:
    ready = select.select([master], [], [], 0.05)[0]
    if ready:
        said += os.read(master, 65536)
    if steps and is_time():
        act = steps.pop(0)[2]
        if act.startswith("SIG"):
            os.kill(pid, getattr(signal, act))
        else:
            os.write(master, act.encode())
    done, ended = os.waitpid(pid, os.WNOHANG)
    if done:
        status = os.waitstatus_to_exitcode(ended)
        break
while select.select([master], [], [], 0.05)[0]:
    said += os.read(master, 65536)
if status is None:
    os.kill(pid, 9)
print(json.dumps({"status": status, "shows": shows(), "said": said.decode()}))
"#;

/// Something that is typed, or a signal by its name that is sent, once something else has happened.
#[derive(Clone, Copy)]
pub struct Step<'s> {
    when: [&'s str; 2],
    act: &'s str,
}

impl<'s> Step<'s> {
    /// Once the program has asked for what nobody sees.
    pub fn hidden(question: &'s str, act: &'s str) -> Self {
        Step { when: ["hidden", question], act }
    }

    /// Once the program has said something.
    pub fn said(text: &'s str, act: &'s str) -> Self {
        Step { when: ["said", text], act }
    }

    /// Once there is a file at this path.
    pub fn file(path: &'s str, act: &'s str) -> Self {
        Step { when: ["file", path], act }
    }
}

/// What came of some steps on the terminal of the program: its exit status, whether the terminal shows what is typed
/// after it, and what it said; nothing where that cannot be tried here.
pub fn on_terminal(
    desk: &Desk,
    steps: &[Step<'_>],
    arguments: &[&str],
) -> Option<(i64, bool, String)> {
    let program = env!("CARGO_BIN_EXE_afterimage");
    let steps: Vec<_> = steps.iter().map(|step| [step.when[0], step.when[1], step.act]).collect();
    let mut python = Command::new("python3");
    python.args(["-c", ON_TERMINAL, &json!(steps).to_string(), program]).args(arguments);
    let Ok(ran) = python.current_dir(desk.path("")).env("NO_COLOR", "1").output() else {
        eprintln!("python3 is not installed: nothing is typed on a terminal");
        return None;
    };
    let ran: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ran.stderr)));
    let said = ran["said"].as_str().unwrap().to_owned();
    Some((ran["status"].as_i64().unwrap(), ran["shows"].as_bool().unwrap(), said))
}
