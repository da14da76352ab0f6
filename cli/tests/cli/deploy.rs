//! What lies in `deploy/` for engines on many machines: its commands are run with the environment that the engines
//! give them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::resume::{Said, check_same, said};
use super::shards::merged;
use super::{Desk, photo};

fn deployed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
}

/// A desk with a card with photos, scanned into `out`.
fn desk() -> Desk {
    let desk = Desk::new();
    let photos: Vec<Vec<u8>> = (1..8).map(photo).collect();
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    fs::create_dir(desk.path("source")).unwrap();
    desk.card("source/disk.img", &photos);
    desk.run(&["scan", "source/disk.img", "--output", "out"]).check(0);
    desk
}

/// Whether a merge gave what the one scan gave, whatever the source is called in their reports.
#[track_caller]
fn check_merged(desk: &Desk, output: &str, shards: u32) {
    let without_path = |mut said: Said| {
        for field in ["path", "absolute_path"] {
            said.0["sources"][0].as_object_mut().unwrap().remove(field);
        }
        said
    };
    let (one, merged) = (said(&desk.path("out")), merged(&desk.path(output), shards));
    check_same(&without_path(one), &without_path(merged), output);
}

/// The arguments of the only container of a manifest.
fn arguments(manifest: &str) -> Vec<String> {
    let list = manifest.split_once("args: ").unwrap().1;
    let mut lists = serde_json::Deserializer::from_str(list).into_iter::<Vec<String>>();
    lists.next().unwrap().unwrap()
}

#[test]
fn the_commands_for_kubernetes_give_one_scan() {
    let desk = desk();
    let shards = fs::read_to_string(deployed("kubernetes/shards.yaml")).unwrap();
    let merge = fs::read_to_string(deployed("kubernetes/merge.yaml")).unwrap();
    let completions = shards.split_once("\n  completions: ").unwrap().1.lines().next().unwrap();
    let count: u32 = completions.parse().unwrap();
    assert!(arguments(&shards).contains(&format!("/{count}")), "the two numbers are the same");
    let run = |arguments: Vec<String>, index: Option<u32>| {
        let index = index.map(|index| index.to_string());
        // As the kubelet replaces variables (Kubernetes API, Container v1 core, "args"), and with folders for volumes.
        let typed = arguments.iter().map(|word| {
            let word = word.replace("$(JOB_COMPLETION_INDEX)", index.as_deref().unwrap_or("?"));
            match word.strip_prefix("/source").or(word.strip_prefix("/work")) {
                Some(_) => desk.path(&word[1..]).to_str().unwrap().to_owned(),
                None => word,
            }
        });
        let typed: Vec<String> = typed.collect();
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let mut command = desk.command(&typed);
        command.envs(index.map(|index| ("JOB_COMPLETION_INDEX", index)));
        let ran = command.output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    for index in (0..count).rev() {
        assert_eq!(run(arguments(&shards), Some(index)), (Some(0), String::new()));
    }
    // A pod that takes the place of one that was killed at the end.
    assert_eq!(run(arguments(&shards), Some(3)), (Some(0), String::new()));
    let (status, err) = run(arguments(&shards), None);
    assert!(status == Some(2) && err.contains("JOB_COMPLETION_INDEX"), "{err}");
    assert_eq!(run(arguments(&merge), None), (Some(0), String::new()));
    check_merged(&desk, "work/recovered", count);
}

/// Runs where <https://pypi.org/project/kubernetes-validate/> is installed, which has the published schemas.
#[test]
fn the_manifests_are_as_the_schema_of_kubernetes_says() {
    let validator = "kubernetes-validate";
    if Command::new(validator).arg("--version").output().is_err() {
        return;
    }
    for manifest in ["shards.yaml", "merge.yaml"] {
        let path = deployed("kubernetes").join(manifest);
        let check = |path: &Path| {
            let ran = Command::new(validator).arg("--strict").arg(path).output().unwrap();
            (ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned())
        };
        let (is_valid, said) = check(&path);
        assert!(is_valid, "{manifest}: {said}");
        // The validator would say it if it were not so.
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join(manifest);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&broken, text.replace("podFailurePolicy:", "podFailurePolice:")).unwrap();
        assert!(!check(&broken).0, "{manifest}");
    }
}

/// Puts a command of that name before all others, which writes down its arguments.
fn stand_in(desk: &Desk, name: &str, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let folder = desk.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// What Slurm itself does is tried by `deploy/slurm/test`, which starts one. Here `sbatch` runs what it is given at once.
#[cfg(target_os = "linux")]
#[test]
fn the_scripts_for_slurm_give_one_scan() {
    let desk = desk();
    let sbatch = r#"
        options=() tasks=
        while [[ $1 == --* ]]; do
            case $1 in --array=0-*) tasks=${1#--array=0-};; --output=*) log=${1#--output=};; esac
            options+=("$1"); shift
        done
        echo "${options[*]}" >> "$SBATCH_LOG"
        if [ -n "$tasks" ]; then
            for ((id = tasks; id >= 0; id--)); do
                SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_JOB_ID=7 SLURM_CPUS_PER_TASK=1 bash "$@" > "${log//%a/$id}" 2>&1 || exit
            done
            echo "7;cluster"
        else
            bash "$@" > "$log" 2>&1 || exit
            echo 8
        fi"#;
    let refused = stand_in(&desk, "sbatch", "echo 'sbatch: error: no partition' >&2; exit 1");
    let refused = Command::new(deployed("slurm/submit"))
        .args(["source/disk.img", "3", "refused"])
        .current_dir(desk.path(""))
        .env("PATH", &refused)
        .output()
        .unwrap();
    assert!(!refused.status.success() && !desk.path("refused.shards").exists());
    let path = stand_in(&desk, "sbatch", sbatch);
    let submit = || {
        let mut command = Command::new(deployed("slurm/submit"));
        command
            .current_dir(desk.path(""))
            .env("PATH", &path)
            .env("SBATCH_LOG", desk.path("sbatch.log"));
        command.env("AFTERIMAGE", env!("CARGO_BIN_EXE_afterimage"));
        command.args(["source/disk.img", "3", "merged", "--chunk-size", "1M", "--", "--json"]);
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    let told = submit();
    assert!(told.starts_with("Array 7 carves 3 shards of "), "{told}");
    let log = fs::read_to_string(desk.path("sbatch.log")).unwrap();
    assert!(log.contains("--array=0-2") && log.contains("--dependency=afterok:7 "), "{log}");
    check_merged(&desk, "merged", 3);
    let said = fs::read_to_string(desk.path("merged.shards/logs/merge.log")).unwrap();
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["interrupted"], false);
    // Once more: all is done already.
    submit();
    check_merged(&desk, "merged", 3);
}

/// A worker that a signal ended asks to be queued again, one that fails does not.
#[cfg(target_os = "linux")]
#[test]
fn a_task_of_slurm_that_is_killed_is_queued_again() {
    let desk = desk();
    let scontrol = stand_in(&desk, "scontrol", "echo \"$*\" >> \"$REQUEUED\"; exit 1");
    stand_in(&desk, "killed", "kill -9 $$");
    stand_in(
        &desk,
        "stopped",
        "trap 'exit 130' TERM; kill -TERM $PPID; for _ in {1..100}; do sleep 0.1; done",
    );
    stand_in(&desk, "failed", "exit 2");
    for (worker, restarts, status, is_queued) in [
        ("killed", "0", 137, true),
        ("stopped", "4", 130, true),
        ("killed", "5", 137, false),
        ("failed", "0", 2, false),
    ] {
        drop(fs::remove_file(desk.path("requeued")));
        let ran = Command::new("bash")
            .arg(deployed("slurm/shard.sbatch"))
            .args(["source/disk.img", "3", "shards"])
            .current_dir(desk.path(""))
            .env("PATH", &scontrol)
            .env("REQUEUED", desk.path("requeued"))
            .env("AFTERIMAGE", desk.path("bin").join(worker))
            .envs([("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_JOB_ID", "7")])
            .env("SLURM_RESTART_COUNT", restarts)
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(status), "{worker}");
        let asked = fs::read_to_string(desk.path("requeued")).ok();
        assert_eq!(asked.as_deref(), is_queued.then_some("requeue 7_2\n"), "{worker}");
    }
}
