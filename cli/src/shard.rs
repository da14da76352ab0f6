//! Which shard of a source a scan is of: as it is typed, or as the engine tells it that started this process.

use afterimage_engine::Shard;
use anyhow::bail;

/// What Kubernetes tells the pods of an Indexed Job (Job, "Completion mode").
const KUBERNETES: &str = "JOB_COMPLETION_INDEX";

/// What Slurm tells the tasks of an array (sbatch(1), "OUTPUT ENVIRONMENT VARIABLES").
const SLURM: &str = "SLURM_ARRAY_TASK_ID";
const SLURM_COUNT: &str = "SLURM_ARRAY_TASK_COUNT";
const SLURM_FIRST: &str = "SLURM_ARRAY_TASK_MIN";
const SLURM_LAST: &str = "SLURM_ARRAY_TASK_MAX";

/// A value of `--shard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `I/N`: that one.
    One(Shard),
    /// `/N`: of so many, the one that this process was started for.
    Of(u32),
    /// No value: the same, and how many there are is told too.
    Task,
}

/// A value of `--shard` as it is typed.
pub fn parse(text: &str) -> Result<Asked, String> {
    if text.is_empty() {
        return Ok(Asked::Task);
    }
    let wrong = || {
        "not I/N such as 0/8, which counts from 0, nor /N; where SOURCE follows, put --shard after it"
            .to_owned()
    };
    let (number, count) = text.split_once('/').ok_or_else(wrong)?;
    let count = digits(count).ok_or_else(wrong)?;
    if !(1..=Shard::MOST).contains(&count) {
        return Err(format!("a source is divided into 1 to {} shards", Shard::MOST));
    }
    if number.is_empty() {
        return Ok(Asked::Of(count));
    }
    let number = digits(number).ok_or_else(wrong)?;
    let last = count - 1;
    let shard = Shard::new(number, count)
        .ok_or_else(|| format!("of {count} shards, the first is 0 and the last is {last}"))?;
    Ok(Asked::One(shard))
}

/// A number without a sign.
fn digits(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

impl Asked {
    /// The shard, by what is typed and, where that leaves something out, by the environment of this process.
    pub fn shard(self) -> anyhow::Result<Shard> {
        self.shard_in(|name| std::env::var(name).ok())
    }

    fn shard_in(self, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Shard> {
        let count = match self {
            Asked::One(shard) => return Ok(shard),
            Asked::Of(count) => Some(count),
            Asked::Task => None,
        };
        let told = |name: &'static str| match variable(name) {
            None => Ok(None),
            Some(text) => match digits(&text).filter(|_| !text.is_empty()) {
                Some(number) => Ok(Some((name, number))),
                None => bail!("cannot tell which shard to carve: {name} is {text:?}, not a number"),
            },
        };
        let index = match told(KUBERNETES)? {
            Some(index) => Some(index),
            None => told(SLURM)?,
        };
        let Some((name, number)) = index else {
            bail!(
                "cannot tell which shard to carve: neither {KUBERNETES} nor {SLURM} is set; name it with \
                 --shard I/N"
            );
        };
        let count = match count {
            Some(count) => count,
            None if name == KUBERNETES => bail!(
                "cannot tell how many shards there are: {KUBERNETES} does not say; give the completions of the \
                 job as --shard /N"
            ),
            None => {
                let [of, first, last] = [told(SLURM_COUNT)?, told(SLURM_FIRST)?, told(SLURM_LAST)?]
                    .map(|told| told.map(|(_, number)| number));
                let is_whole = |of: &u32| {
                    first.is_none_or(|first| first == 0)
                        && last.is_none_or(|last| last.checked_add(1) == Some(*of))
                };
                let Some(of) = of.filter(is_whole) else {
                    bail!(
                        "cannot tell how many shards there are: the array is not 0-(N-1), as --array=0-7 is for 8; \
                         give their number as --shard /N"
                    );
                };
                of
            }
        };
        Shard::new(number, count).ok_or_else(|| {
            anyhow::anyhow!(
                "cannot carve shard {number}, which {name} asks for: there are {count}, and the first is 0; let \
                 the tasks be as many as the shards"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(number: u32, count: u32) -> Shard {
        Shard::new(number, count).unwrap()
    }

    #[test]
    fn a_shard_is_typed_as_its_number_and_how_many_there_are() {
        assert_eq!(parse("0/1"), Ok(Asked::One(shard(0, 1))));
        assert_eq!(parse("63/64"), Ok(Asked::One(shard(63, 64))));
        assert_eq!(parse("/64"), Ok(Asked::Of(64)));
        assert_eq!(parse(""), Ok(Asked::Task));
        for wrong in
            ["3", "card.img", "a/b", "-1/3", "+1/3", "1/", "/", "/0", "3/3", "1/3/4", "0/65537"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[track_caller]
    fn check(asked: Asked, variables: &[(&str, &str)], expected: Result<Shard, &str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match (asked.shard_in(variable), expected) {
            (Ok(found), expected) => assert_eq!(Ok(found), expected),
            (Err(error), Ok(expected)) => panic!("{error} instead of {expected}"),
            (Err(error), Err(what)) => assert!(error.to_string().contains(what), "{error}"),
        }
    }

    #[test]
    fn what_is_typed_comes_before_what_engines_tell() {
        let slurm = [(SLURM, "2"), (SLURM_COUNT, "8"), (SLURM_FIRST, "0"), (SLURM_LAST, "7")];
        let both = [&[(KUBERNETES, "5")], &slurm[..]].concat();
        check(Asked::One(shard(1, 3)), &both, Ok(shard(1, 3)));
        check(Asked::Of(9), &both, Ok(shard(5, 9)));
        check(Asked::Of(9), &slurm, Ok(shard(2, 9)));
        check(Asked::Task, &slurm, Ok(shard(2, 8)));
        check(Asked::Task, &slurm[..2], Ok(shard(2, 8)));
    }

    #[test]
    fn what_engines_leave_open_is_not_guessed() {
        check(Asked::Task, &[], Err("neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set"));
        check(Asked::Of(4), &[], Err("neither"));
        check(Asked::Task, &[(KUBERNETES, "1")], Err("--shard /N"));
        check(Asked::Task, &[(SLURM, "1")], Err("the array is not 0-(N-1)"));
        // One task of an array, begun again for itself, is not the only shard.
        let again = [(SLURM, "3"), (SLURM_COUNT, "1"), (SLURM_FIRST, "3"), (SLURM_LAST, "3")];
        check(Asked::Task, &again, Err("the array is not 0-(N-1)"));
        check(Asked::Of(8), &again, Ok(shard(3, 8)));
        check(Asked::Of(3), &again, Err("cannot carve shard 3"));
        check(Asked::Of(3), &[(SLURM, "")], Err("not a number"));
        check(
            Asked::Of(3),
            &[(KUBERNETES, "x"), (SLURM, "1")],
            Err("JOB_COMPLETION_INDEX is \"x\""),
        );
    }
}
