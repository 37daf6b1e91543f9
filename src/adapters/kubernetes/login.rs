//! Login programs of a kubeconfig (`exec` plugins), run so that they can neither block the console nor
//! touch its terminal: killed at a deadline, nothing to read, and nothing of what they write is shown.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use kube::config::{AuthInfo, ExecConfig};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::adapters::kubernetes::refusal::{Attempt, Refusal};

/// Those that ask a cloud take seconds; those that wait for a browser never come back.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<Timestamp>,
    token: Option<SecretString>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Replaces the login program of `user`, if it has one, by what the program answers, and says when
/// that ends.
pub(super) async fn log_in(
    user: &mut AuthInfo,
    attempt: &Attempt,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(program) = user.exec.take() else { return Ok(None) };
    let credential = run(&program, attempt).await?;
    if let Some(token) = credential.token {
        user.token = Some(token);
        user.token_file = None;
    }
    if let (Some(certificate), Some(key)) =
        (credential.client_certificate_data, credential.client_key_data)
    {
        user.client_certificate_data = Some(base64(certificate.as_bytes()));
        user.client_key_data = Some(base64(key.as_bytes()).into());
        user.client_certificate = None;
        user.client_key = None;
    }
    Ok(credential.expiration_timestamp)
}

async fn run(program: &ExecConfig, attempt: &Attempt) -> Result<Status, Refusal> {
    let Some(path) = &program.command else {
        return Err(attempt.unprepared("the login program has no command"));
    };
    // The path may tell more than the name, and is of no use to a reader.
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut spec = json!({"interactive": false});
    if let (true, Some(cluster), Some(fields)) =
        (program.provide_cluster_info, &program.cluster, spec.as_object_mut())
    {
        let cluster = serde_json::to_value(cluster)
            .map_err(|error| attempt.unprepared(format!("the cluster's details: {error}")))?;
        fields.insert("cluster".to_owned(), cluster);
    }
    let info = json!({
        "apiVersion": program.api_version, "kind": "ExecCredential", "spec": spec,
    });
    let mut command = Command::new(path);
    command
        .args(program.args.iter().flatten())
        .envs(program.env.iter().flatten().filter_map(|it| it.get("name").zip(it.get("value"))))
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let ended = timeout(LIMIT, command.output()).await;
    let ended = ended.map_err(|_| {
        let waited = LIMIT.as_secs();
        attempt.login(format!("the login program `{name}` did not end within {waited} s"))
    })?;
    let output = ended.map_err(|error| {
        let mut refusal = attempt.login(format!("the login program `{name}`: {error}"));
        if let Some(hint) = &program.install_hint {
            refusal.error.advice = hint.lines().next().map(str::to_owned);
        }
        refusal
    })?;
    if !output.status.success() {
        return Err(
            attempt.login(format!("the login program `{name}` ended with {}", output.status))
        );
    }
    // The decoder's complaint could quote the answer.
    let credential: Option<Credential> = serde_json::from_slice(&output.stdout).ok();
    credential.and_then(|credential| credential.status).ok_or_else(|| {
        attempt.login(format!("the login program `{name}` answered without a credential"))
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize);
            let is_there = place <= group.len();
            text.push(letter.filter(|_| is_there).map_or('=', |letter| char::from(*letter)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_written_as_a_kubeconfig_holds_them() {
        for (plain, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
    }
}
