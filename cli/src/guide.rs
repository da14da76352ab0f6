//! `afterimage find --guide`: what services keep, for how long, and the steps that bring it back.

use std::io::Write;

use afterimage_engine::run::guide::{Service, Statement, Topic, services, services_called};
use serde_json::{Map, Value, json};

use crate::failure;
use crate::text::{self, count, paragraph};

/// Writes the guide to one service, or without one the deadlines of all.
///
/// # Errors
///
/// When no service is called so.
pub fn print(service: Option<&str>, out: &mut dyn Write) -> anyhow::Result<()> {
    failure::unless_closed(match service {
        Some(word) => called(word)?.into_iter().try_for_each(|one| whole(out, one)),
        None => overview(out),
    })?;
    Ok(())
}

/// The same for programs: all that is known of one service or of all, with sources and dates.
///
/// # Errors
///
/// As [`print()`].
pub fn json(service: Option<&str>, out: &mut dyn Write) -> anyhow::Result<()> {
    let chosen = match service {
        Some(word) => called(word)?,
        None => services().iter().collect(),
    };
    let said = json!({
        "schema": "afterimage-guide/1",
        "services": chosen.into_iter().map(value).collect::<Vec<_>>(),
    });
    failure::unless_closed(text::json(out, &said))?;
    Ok(())
}

fn called(word: &str) -> anyhow::Result<Vec<&'static Service>> {
    let found = services_called(word);
    if found.is_empty() {
        let known: Vec<&str> = services().iter().map(|service| service.id.as_str()).collect();
        anyhow::bail!("no guide to {}; there is one to: {}", text::plain(word), known.join(", "));
    }
    Ok(found)
}

fn overview(out: &mut dyn Write) -> std::io::Result<()> {
    paragraph(
        out,
        "",
        "What is deleted in a service or on a phone is kept for some days. Look into all that you ever used:",
    )?;
    writeln!(out)?;
    for service in services() {
        let days = match service.days() {
            Some((least, most)) if least == most => count(least.into(), "day", "days"),
            Some((least, most)) => format!("{least} to {most} days"),
            None => "not known: look now".to_owned(),
        };
        writeln!(out, "  {:<18} {:<39} {days}", service.id, service.title)?;
    }
    writeln!(out)?;
    let more = "`afterimage find --guide SERVICE` tells the steps, what else to look for, and the sources.";
    paragraph(out, "", more)
}

fn whole(out: &mut dyn Write, service: &Service) -> std::io::Result<()> {
    writeln!(out, "{}\n", service.title)?;
    let mut sources: Vec<(&str, &str)> = Vec::new();
    for topic in Topic::ALL {
        let mut said = service.statements.iter().filter(|one| one.topic == topic).peekable();
        if said.peek().is_none() {
            continue;
        }
        writeln!(out, "{}:", topic.title())?;
        for one in said {
            let source = (one.source.as_str(), one.checked.as_str());
            let known = sources.iter().position(|known| *known == source);
            let number = known.unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            });
            let on = one.on.as_ref().map(|on| format!("{on}: ")).unwrap_or_default();
            paragraph(out, "  - ", &format!("{on}{} [{}]", one.says, number + 1))?;
        }
        writeln!(out)?;
    }
    if !service.commands.is_empty() {
        writeln!(out, "With afterimage:")?;
        service.commands.iter().try_for_each(|command| writeln!(out, "    {command}"))?;
        writeln!(out)?;
    }
    writeln!(out, "Sources:")?;
    for (number, (page, checked)) in (1..).zip(sources) {
        writeln!(out, "  [{number}] {page} (as of {checked})")?;
    }
    writeln!(out)
}

fn value(service: &Service) -> Value {
    let one = |one: &Statement| {
        let fields = [
            ("topic", Some(json!(name(one.topic)))),
            ("on", one.on.as_ref().map(|on| json!(on))),
            ("days", one.days.map(|days| json!(days))),
            ("says", Some(json!(one.says))),
            ("source", Some(json!(one.source))),
            ("checked", Some(json!(one.checked))),
        ];
        let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(known.collect::<Map<_, _>>())
    };
    json!({
        "service": service.id,
        "title": service.title,
        "commands": service.commands,
        "statements": service.statements.iter().map(one).collect::<Vec<_>>(),
    })
}

fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Deadline => "deadline",
        Topic::Restore => "restore",
        Topic::Hidden => "hidden",
        Topic::Shared => "shared",
        Topic::Versions => "versions",
        Topic::Limit => "limit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(service: Option<&str>) -> String {
        let mut out = Vec::new();
        print(service, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn without_a_service_all_are_listed_with_their_days() {
        let text = said(None);
        for service in services() {
            assert!(text.contains(&service.title), "{}", service.id);
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn every_guide_has_steps_deadlines_and_sources_with_dates() {
        for service in services() {
            let text = said(Some(&service.id));
            let deadline = service.days().map(|_| "Deadlines:");
            let all = ["Bring it back:", "Sources:", "(as of 20"].into_iter().chain(deadline);
            for heading in all {
                assert!(text.contains(heading), "{}: {text}", service.id);
            }
            let is_source = |line: &str| line.trim_start().starts_with('[');
            let long = text.lines().find(|line| line.chars().count() > 80 && !is_source(line));
            assert_eq!(long, None);
        }
    }

    #[test]
    fn a_service_that_is_not_known_is_an_error_that_names_those_that_are() {
        let error = print(Some("floppy\u{1b}"), &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("floppy?") && error.contains("google-photos"), "{error}");
    }

    #[test]
    fn a_program_reads_sources_and_dates() {
        let mut out = Vec::new();
        json(Some("dropbox"), &mut out).unwrap();
        let said: Value = serde_json::from_slice(&out).unwrap();
        let one = &said["services"][0];
        assert_eq!(one["service"], "dropbox");
        let first = &one["statements"][0];
        assert!(first["source"].as_str().unwrap().starts_with("https://"));
        assert!(first["checked"].as_str().is_some());
    }
}
