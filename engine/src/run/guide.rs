//! What services keep of deleted photos, for how long, and the steps that bring it back.
//!
//! All of it is data: one file, `guide/services.toml`, in which every statement has the page that says so and the
//! date on which it was checked. What could not be sourced is not in it.

use std::sync::LazyLock;

use serde::Deserialize;

/// The data.
const SERVICES: &str = include_str!("guide/services.toml");

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// For how long something is kept.
    Deadline,
    /// How it is brought back, a step of it or all.
    Restore,
    /// Where photos may be that seem to be gone: archives, hidden and locked folders.
    Hidden,
    /// What happens to albums and folders that are shared.
    Shared,
    /// Earlier versions, backups, exports.
    Versions,
    /// What can go wrong, and what nobody can bring back.
    Limit,
}

impl Topic {
    /// All of them, in the order in which they are told.
    pub const ALL: [Topic; 6] = [
        Topic::Deadline,
        Topic::Restore,
        Topic::Hidden,
        Topic::Shared,
        Topic::Versions,
        Topic::Limit,
    ];

    /// The heading for it.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Deadline => "Deadlines",
            Topic::Restore => "Bring it back",
            Topic::Hidden => "Where else it may be",
            Topic::Shared => "Shared",
            Topic::Versions => "Versions, backups and exports",
            Topic::Limit => "What does not come back",
        }
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it is about.
    pub topic: Topic,
    /// Where it holds: "web", "Android app"; nothing where it holds everywhere.
    #[serde(default)]
    pub on: Option<String>,
    /// Of a deadline: so many days.
    #[serde(default)]
    pub days: Option<u32>,
    /// The statement, one or two sentences.
    pub says: String,
    /// The page that says so.
    pub source: String,
    /// When that was checked, as YYYY-MM-DD: the day on which the page was read, or that of the copy of it that
    /// was read.
    pub checked: String,
}

/// A service or a system that keeps deleted photos.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The word for it: `google-photos`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Other words for it.
    #[serde(default)]
    pub names: Vec<String>,
    /// What this program does for it, as it is typed; words in capitals are to be replaced.
    #[serde(default)]
    pub commands: Vec<String>,
    /// What is said of it.
    #[serde(rename = "statement")]
    pub statements: Vec<Statement>,
}

impl Service {
    /// The shortest and the longest time for which it keeps something, in days.
    pub fn days(&self) -> Option<(u32, u32)> {
        let days = || self.statements.iter().filter_map(|one| one.days);
        Some((days().min()?, days().max()?))
    }

    /// Whether a user means it by `word`.
    fn is_called(&self, word: &str) -> bool {
        let word = plain(word);
        let mut names = [&self.id, &self.title].into_iter().chain(&self.names);
        names.any(|name| plain(name) == word)
    }
}

/// A word without case, spaces and hyphens.
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    service: Vec<Service>,
}

static ALL: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let services: Result<Services, _> = toml::from_str(SERVICES);
    services.map(|services| services.service).expect("a test reads the data that is compiled in")
});

/// All services, in the order of the data.
pub fn services() -> &'static [Service] {
    &ALL
}

/// The services that a user means by `word`: the one that is called so, or all whose names begin with it.
pub fn services_called(word: &str) -> Vec<&'static Service> {
    let exact: Vec<&Service> = ALL.iter().filter(|service| service.is_called(word)).collect();
    if !exact.is_empty() || plain(word).is_empty() {
        return exact;
    }
    let begins = |name: &String| plain(name).starts_with(&plain(word));
    let has = |service: &&Service| {
        begins(&service.id) || begins(&service.title) || service.names.iter().any(begins)
    };
    ALL.iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The day of a date, where it is one.
    fn day(text: &str) -> Option<jiff::civil::Date> {
        text.parse().ok().filter(|day: &jiff::civil::Date| day.to_string() == text)
    }

    #[test]
    fn every_statement_has_a_source_and_a_date() {
        let services: Services = toml::from_str(SERVICES).unwrap();
        for service in &services.service {
            assert!(service.statements.len() > 1, "{}", service.id);
            for one in &service.statements {
                let what = format!("{}: {}", service.id, one.says);
                let page = one.source.strip_prefix("https://");
                assert!(page.is_some_and(|page| page.len() > 8 && !page.contains(' ')), "{what}");
                let checked = day(&one.checked);
                assert!(checked.is_some_and(|day| day >= jiff::civil::date(2023, 1, 1)), "{what}");
                assert!(one.says.ends_with('.') && one.says.len() > 20, "{what}");
                assert!(one.days.is_none() || one.topic == Topic::Deadline, "{what}");
                let digits = one.days.map(|days| days.to_string());
                assert!(digits.is_none_or(|days| one.says.contains(&days)), "{what}");
            }
        }
    }

    /// Those for which no page was found that tells how long they keep what is deleted.
    const WITHOUT_DEADLINE: [&str; 1] = ["amazon-photos"];

    #[test]
    fn every_service_has_a_deadline_and_a_way_back_and_a_name_of_its_own() {
        let mut names = Vec::new();
        for service in services() {
            let has = |topic| service.statements.iter().any(|one| one.topic == topic);
            let is_known = !WITHOUT_DEADLINE.contains(&&*service.id);
            assert_eq!(has(Topic::Deadline), is_known, "{}", service.id);
            assert_eq!(service.days().is_some(), is_known, "{}", service.id);
            assert!(service.commands.iter().all(|command| command.starts_with("afterimage ")));
            assert!(has(Topic::Restore), "{} has no steps", service.id);
            names.extend(
                [&service.id, &service.title]
                    .into_iter()
                    .chain(&service.names)
                    .map(|name| plain(name)),
            );
        }
        names.sort();
        let all = names.len();
        names.dedup();
        assert!(names.len() + services().len() >= all, "two services have one name: {names:?}");
    }

    #[test]
    fn the_services_that_people_ask_for_are_there() {
        for word in [
            "google-photos",
            "Google Photos",
            "drive",
            "dropbox",
            "onedrive",
            "icloud photos",
            "iCloud Drive",
            "iphone",
            "samsung",
            "amazon",
            "android",
            "windows",
            "mac",
        ] {
            assert!(!services_called(word).is_empty(), "{word}");
        }
        assert_eq!(services_called("google").len(), 2);
        assert_eq!((services_called("").len(), services_called("floppy").len()), (0, 0));
    }
}
