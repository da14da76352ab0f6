//! A scan that was begun with a command line, to be gone on with in another way.

use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::run::Unfinished;
use afterimage_engine::words;

use super::recover::scan_of;
use crate::serve::passphrase::Passphrase;

/// Whether somebody has to type a key for the scan of `before`, to go on with it.
pub fn asks_for_key(before: &Unfinished) -> bool {
    scan_of(&before.command).is_some_and(|scan| scan.asks_for_key())
}

/// The options that the scan of `before` was begun with; `passphrase` is what somebody typed for its encrypted volumes.
///
/// # Errors
///
/// That it cannot be gone on with here, why not, and the command that can.
pub fn options_again(
    before: &Unfinished,
    passphrase: Option<&Passphrase>,
) -> Result<Options, String> {
    let refused = |why: &str| {
        let place = before.folder.as_ref().map(|folder| format!(" in {}", folder.display()));
        let place = place.unwrap_or_default();
        match words::resumed(&before.command) {
            Some(command) => format!(
                "This page cannot go on with that scan: {why}. In a terminal{place}, `{command}` can."
            ),
            None => format!("This page cannot go on with that scan: {why}."),
        }
    };
    let verb = before.command.get(1).map(String::as_str);
    if let Some(verb @ ("find" | "backup")) = verb {
        return Err(format!(
            "This page cannot go on with `afterimage {verb}`, which reads folders and backups: give that command \
             again with another folder; what was written stays."
        ));
    }
    let mut scan =
        scan_of(&before.command).ok_or_else(|| refused("how it was begun is not known"))?;
    if scan.makes_image() {
        return Err(refused("it makes an image of the card too"));
    }
    if scan.asks_for_key() {
        let typed = passphrase.filter(|typed| !typed.0.is_empty());
        let typed =
            typed.ok_or("Type the passphrase or the recovery key of its encrypted volumes.")?;
        scan = scan.with_typed(typed.0.clone());
    }
    let folder = before.folder.as_deref().unwrap_or(Path::new(""));
    let options = scan.typed_in(folder).options();
    options.map_err(|error| refused(&format!("{error:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(command: &[&str]) -> Result<Options, String> {
        let command = command.iter().map(ToString::to_string).collect();
        options_again(&unfinished(command), None)
    }

    fn unfinished(command: Vec<String>) -> Unfinished {
        Unfinished { command, sources: Vec::new(), folder: Some("/lists".into()) }
    }

    #[test]
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    fn a_scan_that_asks_for_a_key_goes_on_with_what_was_typed() {
        let command = ["afterimage", "scan", "a.img", "-o", "out", "--unlock"];
        let before = unfinished(command.map(str::to_owned).to_vec());
        assert!(asks_for_key(&before));
        let typed = |word: &str| Passphrase(word.to_owned().into());
        for none in [None, Some(typed(""))] {
            let said = options_again(&before, none.as_ref()).unwrap_err();
            assert!(said.contains("Type the passphrase"), "{said}");
        }
        assert!(!options_again(&before, Some(&typed("word"))).unwrap().keys.is_empty());
    }

    #[test]
    fn a_scan_goes_on_with_the_options_that_it_had() {
        let command = "afterimage scan a.img b.img -o out --all --embedded --min-size 7 --read-limit 3M --hash md5";
        let command: Vec<&str> = command.split(' ').collect();
        let options = again(&command).unwrap();
        assert!(options.all && options.embedded);
        assert_eq!((options.min_size, options.pace.limit()), (7, Some(3 << 20)));
        assert_eq!(options.hashes.len(), 1);
    }

    #[test]
    fn what_cannot_go_on_here_says_which_command_can() {
        let image = again(&["afterimage", "scan", "/dev/sdb", "-o", "out", "--image", "card.img"]);
        let said = image.unwrap_err();
        assert!(said.contains("makes an image"), "{said}");
        assert!(said.ends_with("In a terminal in /lists, `afterimage scan /dev/sdb -o out --image card.img --resume` can."), "{said}");
        let lists = again(&["afterimage", "scan", "a", "-o", "out", "--lost-hashes", "none.txt"]);
        assert!(lists.unwrap_err().contains("/lists/none.txt"));
        assert!(
            again(&["afterimage", "find", "--output", "x"])
                .unwrap_err()
                .contains("afterimage find")
        );
        assert!(again(&[]).unwrap_err().contains("not known"));
    }
}
