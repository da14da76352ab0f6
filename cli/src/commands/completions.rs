//! `afterimage completions`.

use std::io::Write;

use clap::Command;
use clap_complete::{Shell, generate};

use crate::failure;
use crate::status::Status;

/// Print what makes a shell complete commands and options of afterimage
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell: bash, zsh, fish, powershell or elvish.
    #[arg(value_enum, value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  afterimage completions bash > ~/.local/share/bash-completion/completions/afterimage
  afterimage completions zsh > ~/.zfunc/_afterimage
      With a line `fpath+=~/.zfunc` before `compinit` in ~/.zshrc.
  afterimage completions fish > ~/.config/fish/completions/afterimage.fish
  afterimage completions powershell >> $PROFILE";

impl Completions {
    /// Prints them for `program`.
    pub fn run(self, out: &mut dyn Write, program: &mut Command) -> anyhow::Result<Status> {
        let mut text = Vec::new();
        generate(self.shell, program, "afterimage", &mut text);
        failure::unless_closed(out.write_all(&text).and_then(|()| out.flush()))?;
        Ok(Status::Found)
    }
}
