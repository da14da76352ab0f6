//! The program on a terminal.
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::process::Command;

use serde_json::{Value, json};

use super::Desk;

/// Runs the program on a terminal, types each of some lines after a text, or sends the signal that it names, and prints its exit status (that of a signal is
/// negative), whether the terminal shows what is typed again, and what it said.
const ON_TERMINAL: &str = r#"
import fcntl, json, os, pty, select, signal, sys, termios, time

(after, is_hidden, typed), command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(slave, number)
    os.execv(command[0], command)
shows = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
said, prompts, status, end = b"", 0, None, time.monotonic() + 100
while time.monotonic() < end:
    ready = select.select([master], [], [], 0.05)[0]
    if ready:
        said += os.read(master, 65536)
    if typed and said.count(after.encode()) > prompts and shows() != is_hidden:
        prompts += 1
        line = typed.pop(0)
        if line.startswith("SIG"):
            os.kill(pid, getattr(signal, line))
        else:
            os.write(master, line.encode())
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

/// What came of typing lines on the terminal of the program, each once it has said `after`, which asks for something that is
/// hidden or not: its exit status, whether the terminal shows what
/// is typed after it, and what it said; nothing where that cannot be tried here.
pub fn on_terminal(
    desk: &Desk,
    (after, is_hidden): (&str, bool),
    typed: &[&str],
    arguments: &[&str],
) -> Option<(i64, bool, String)> {
    let program = env!("CARGO_BIN_EXE_afterimage");
    let mut python = Command::new("python3");
    python
        .args(["-c", ON_TERMINAL, &json!([after, is_hidden, typed]).to_string(), program])
        .args(arguments);
    let Ok(ran) = python.current_dir(desk.path("")).env("NO_COLOR", "1").output() else {
        eprintln!("python3 is not installed: nothing is typed on a terminal");
        return None;
    };
    let ran: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ran.stderr)));
    let said = ran["said"].as_str().unwrap().to_owned();
    Some((ran["status"].as_i64().unwrap(), ran["shows"].as_bool().unwrap(), said))
}
