//! Opens an address in the user's browser, where that was asked for.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempPath;

/// Opens `address`, which this program made; whether that worked is seen by the user. What a program is started with,
/// every user of the machine can see.
///
/// # Errors
///
/// When the program that opens addresses cannot be started.
pub fn open(address: &str) -> io::Result<()> {
    start(address.as_ref())
}

/// The same for an address that nobody else must see: it is written to a file that only this user can read, and the
/// browser opens that. It is removed together with what is given back.
///
/// # Errors
///
/// Those of [`open`], and when the file cannot be written.
pub fn open_unseen(address: &str) -> io::Result<TempPath> {
    let file = forwarding(address)?;
    start(file.as_os_str())?;
    Ok(file)
}

/// A page in a file that leads to `address` at once.
fn forwarding(address: &str) -> io::Result<TempPath> {
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|own| own.is_dir());
    let folder = own.unwrap_or_else(std::env::temp_dir);
    // Made with the rights 0600.
    let mut file =
        tempfile::Builder::new().prefix("afterimage-").suffix(".html").tempfile_in(folder)?;
    write!(
        file,
        "<!doctype html><meta charset=\"utf-8\"><title>afterimage</title>\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0;url={address}\"><p><a href=\"{address}\">Open the page</a>"
    )?;
    file.flush()?;
    Ok(file.into_temp_path())
}

fn start(what: &OsStr) -> io::Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_leads_on_is_for_this_user_alone() {
        let file = forwarding("http://127.0.0.1:1/open/ab").unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("0;url=http://127.0.0.1:1/open/ab\""), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let path = file.to_path_buf();
        drop(file);
        assert!(!path.exists());
    }
}
