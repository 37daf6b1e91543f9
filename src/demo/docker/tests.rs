//! A stock Docker client against the engine, and a stock driver through the relay.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::models::{
    ContainerCreateBody, ContainerStateStatusEnum, HostConfig, Mount as VolumeMount, MountType,
    VolumeCreateRequest,
};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, CreateContainerOptionsBuilder, CreateImageOptionsBuilder,
    ListContainersOptionsBuilder, ListVolumesOptionsBuilder, LogsOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptions, UploadToContainerOptionsBuilder,
    WaitContainerOptions,
};
use bson::{Document, doc};
use futures_util::{StreamExt, TryStreamExt};
use mongodb::Client;
use mongodb::options::{ClientOptions, ServerAddress, ServerMonitoringMode};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

use super::*;

const RELAY: &str = "exec 3<>/dev/tcp/127.0.0.1/27017 || exit 7; cat <&3 & cat <&0 >&3";

struct Served {
    server: Arc<DockerServer>,
    docker: Docker,
    listener: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test owns the listener and ends it")]
async fn served() -> Served {
    let clock: Clock = Arc::new(|| "2026-11-23T04:00:00Z".parse().unwrap());
    let server = Arc::new(DockerServer::new(clock));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let listener = tokio::spawn(listen(Arc::clone(&server), listener));
    let docker = Docker::connect_with_http(&address, 20, bollard::API_DEFAULT_VERSION).unwrap();
    Served { server, docker: docker.negotiate_version().await.unwrap(), listener }
}

fn labelled() -> HashMap<String, String> {
    HashMap::from([("drill".to_owned(), "7".to_owned())])
}

impl Served {
    /// Makes a volume and a container that serves, and waits until it does.
    async fn sandbox(&self, name: &str) {
        let volume = format!("{name}-db");
        let request = VolumeCreateRequest {
            name: Some(volume.clone()),
            labels: Some(labelled()),
            ..VolumeCreateRequest::default()
        };
        self.docker.create_volume(request).await.unwrap();
        let mount = VolumeMount {
            typ: Some(MountType::VOLUME),
            source: Some(volume),
            target: Some("/data/db".to_owned()),
            ..VolumeMount::default()
        };
        let host = HostConfig {
            network_mode: Some("none".to_owned()),
            mounts: Some(vec![mount]),
            ..HostConfig::default()
        };
        let argv = ["-k", "30", "10800", "docker-entrypoint.sh", "mongod"];
        let body = ContainerCreateBody {
            image: Some("mongo:4.2".to_owned()),
            entrypoint: Some(vec!["timeout".to_owned()]),
            cmd: Some(argv.map(str::to_owned).into()),
            labels: Some(labelled()),
            host_config: Some(host),
            ..ContainerCreateBody::default()
        };
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        self.docker.create_container(Some(options), body).await.unwrap();
        self.docker.start_container(name, None).await.unwrap();
        self.server.container(name).unwrap().becomes(|state| state.is_ready).await;
    }

    async fn exec(&self, name: &str, argv: &[&str], tty: bool) -> (String, StartExecResults) {
        let options = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(tty),
            cmd: Some(argv.iter().map(ToString::to_string).collect()),
            ..CreateExecOptions::default()
        };
        let id = self.docker.create_exec(name, options).await.unwrap().id;
        let options = StartExecOptions { tty, ..StartExecOptions::default() };
        let started = self.docker.start_exec(&id, Some(options)).await.unwrap();
        (id, started)
    }

    /// Standard output, standard error and exit code.
    async fn output(&self, name: &str, argv: &[&str]) -> (String, String, Option<i64>) {
        let (id, started) = self.exec(name, argv, false).await;
        let StartExecResults::Attached { mut output, .. } = started else { panic!("detached") };
        let (mut stdout, mut stderr) = (String::new(), String::new());
        while let Some(frame) = output.try_next().await.unwrap() {
            match frame {
                LogOutput::StdErr { message } => stderr += std::str::from_utf8(&message).unwrap(),
                frame => stdout += &frame.to_string(),
            }
        }
        (stdout, stderr, self.docker.inspect_exec(&id).await.unwrap().exit_code)
    }

    /// A driver behind a unix socket, each connection an exec; the tasks are the relay.
    fn driver(&self, name: &str, folder: &tempfile::TempDir) -> (Client, JoinSet<()>) {
        let path = folder.path().join("db.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let (docker, name) = (self.docker.clone(), name.to_owned());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(relay(docker.clone(), name.clone(), connection));
            }
        });
        let options = ClientOptions::builder()
            .hosts(vec![ServerAddress::Unix { path }])
            .direct_connection(true)
            .server_monitoring_mode(ServerMonitoringMode::Poll)
            .server_selection_timeout(Duration::from_secs(2))
            .retry_writes(false)
            .build();
        (Client::with_options(options).unwrap(), tasks)
    }
}

async fn relay(docker: Docker, name: String, connection: UnixStream) {
    let options = CreateExecOptions {
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(vec!["bash".to_owned(), "-c".to_owned(), RELAY.to_owned()]),
        ..CreateExecOptions::default()
    };
    let Ok(exec) = docker.create_exec(&name, options).await else { return };
    let started = docker.start_exec(&exec.id, None::<StartExecOptions>).await;
    let Ok(StartExecResults::Attached { mut output, mut input }) = started else { return };
    let (mut from_client, mut to_client) = connection.into_split();
    let up = tokio::io::copy(&mut from_client, &mut input);
    let down = async {
        while let Some(Ok(LogOutput::StdOut { message })) = output.next().await {
            tokio::io::AsyncWriteExt::write_all(&mut to_client, &message).await.unwrap();
        }
    };
    tokio::select! { _ = up => {}, () = down => {} }
}

fn status(error: &Error) -> u16 {
    match error {
        Error::DockerResponseServerError { status_code, .. } => *status_code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_driver_reaches_the_server_through_execs_and_nothing_stays() {
    let served = served().await;
    served.sandbox("drill-7").await;
    let folder = tempfile::tempdir().unwrap();
    let (client, tasks) = served.driver("drill-7", &folder);
    let files = client.database("admin").collection::<Document>("file");
    let documents = (0..5000).map(|n| doc! {"_id": n, "text": "x".repeat(500)});
    files.insert_many(documents).await.unwrap();
    assert_eq!(files.count_documents(doc! {}).await.unwrap(), 5000);
    let found: Vec<_> = files.find(doc! {}).await.unwrap().try_collect().await.unwrap();
    assert_eq!(found.len(), 5000);
    assert_eq!(served.server.server_in("drill-7").unwrap().inserted().0, 5000);
    assert!(!served.server.left_over().execs.is_empty());

    drop((client, tasks));
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let in_use = served.docker.remove_volume("drill-7-db", None::<RemoveVolumeOptions>).await;
    assert_eq!(status(&in_use.unwrap_err()), 409);
    served.docker.remove_container("drill-7", Some(options)).await.unwrap();
    served.docker.remove_volume("drill-7-db", None::<RemoveVolumeOptions>).await.unwrap();
    assert_eq!(served.server.left_over(), LeftOver::default());
}

#[tokio::test]
async fn containers_and_volumes_are_found_by_label() {
    let served = served().await;
    served.sandbox("drill-7").await;
    let filters = HashMap::from([("label", vec!["drill=7"])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let found = served.docker.list_containers(Some(options)).await.unwrap();
    assert_eq!(found[0].names.as_deref().unwrap(), ["/drill-7"]);
    let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
    let volumes = served.docker.list_volumes(Some(options)).await.unwrap().volumes.unwrap();
    // The image's other volume has no name, and no label.
    assert_eq!(volumes.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["drill-7-db"]);
    assert_eq!(served.server.left_over().volumes.len(), 2);
    let other = HashMap::from([("label", vec!["drill=8"])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&other).build();
    assert!(served.docker.list_containers(Some(options)).await.unwrap().is_empty());
    let inspected = served.docker.inspect_container("drill-7", None).await.unwrap();
    assert_eq!(inspected.state.unwrap().status, Some(ContainerStateStatusEnum::RUNNING));
    assert_eq!(inspected.host_config.unwrap().network_mode.as_deref(), Some("none"));
    assert_eq!(inspected.config.unwrap().labels.unwrap(), labelled());
}

#[tokio::test]
async fn programs_answer_as_in_a_container() {
    let served = served().await;
    served.sandbox("drill-7").await;
    let (stdout, _, code) = served.output("drill-7", &["df", "-Pk", "/data/db"]).await;
    assert!(stdout.lines().nth(1).unwrap().ends_with("/data/db"), "{stdout}");
    assert_eq!(code, Some(0));
    let probe = ["sh", "-c", "command -v mongorestore >/dev/null && mongorestore --version"];
    assert_eq!(served.output("drill-7", &probe).await, (String::new(), String::new(), Some(1)));
    let (stdout, _, code) = served.output("drill-7", &["mongosh", "--quiet"]).await;
    assert!(stdout.starts_with("OCI runtime exec failed"), "{stdout}");
    assert_eq!(code, Some(127));
    let missing = served.docker.create_exec("none", CreateExecOptions::<String>::default()).await;
    assert_eq!(status(&missing.unwrap_err()), 404);

    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).tail("1").build();
    let lines: Vec<_> = served.docker.logs("drill-7", Some(options)).try_collect().await.unwrap();
    assert!(lines[0].to_string().contains("waiting for connections"), "{lines:?}");
    assert_eq!(lines.len(), 1);

    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(3);
    archive.append_data(&mut header, "dump/a.bson", &b"abc"[..]).unwrap();
    let options = UploadToContainerOptionsBuilder::default().path("/data/db").build();
    let body = bollard::body_full(archive.into_inner().unwrap().into());
    served.docker.upload_to_container("drill-7", Some(options), body).await.unwrap();
    assert_eq!(served.server.uploads("drill-7"), [("dump/a.bson".to_owned(), 3)]);
    let at = |path| Some(ContainerArchiveInfoOptionsBuilder::default().path(path).build());
    let stat = |path| served.docker.get_container_archive_info("drill-7", at(path));
    let found = stat("/data/db/dump/a.bson").await.unwrap();
    assert_eq!((found.name.as_str(), found.size), ("a.bson", 3));
    assert_eq!(status(&stat("/data/db/dump/b.bson").await.unwrap_err()), 404);
}

#[tokio::test]
async fn a_terminal_is_one_raw_stream() {
    let served = served().await;
    served.sandbox("drill-7").await;
    let (id, started) = served.exec("drill-7", &["sh"], true).await;
    let StartExecResults::Attached { output, mut input } = started else { panic!("detached") };
    tokio::io::AsyncWriteExt::write_all(&mut input, b"echo hello\rexit 4\r").await.unwrap();
    let shown: Vec<_> = output.try_collect().await.unwrap();
    let shown: String = shown.iter().map(ToString::to_string).collect();
    assert!(shown.contains("\r\nhello\r\n"), "{shown:?}");
    assert_eq!(served.docker.inspect_exec(&id).await.unwrap().exit_code, Some(4));
}

#[tokio::test]
async fn containers_end_as_they_are_told_to() {
    let served = served().await;
    served.sandbox("one").await;
    served.docker.stop_container("one", None).await.unwrap();
    let mut ended = served.docker.wait_container("one", None::<WaitContainerOptions>);
    assert_eq!(ended.next().await.unwrap().unwrap().status_code, 0);
    served.sandbox("two").await;
    served.docker.kill_container("two", None).await.unwrap();
    let mut ended = served.docker.wait_container("two", None::<WaitContainerOptions>);
    match ended.next().await.unwrap() {
        Err(Error::DockerContainerWaitError { code, .. }) => assert_eq!(code, 137),
        other => panic!("{other:?}"),
    }
    let again = served.docker.kill_container("two", None).await;
    assert_eq!(status(&again.unwrap_err()), 409);
    let running = served.docker.remove_container("one", None).await;
    running.unwrap();

    let body = ContainerCreateBody {
        image: Some("mongo:4.2".to_owned()),
        entrypoint: Some(vec!["mongosh".to_owned()]),
        host_config: Some(HostConfig { auto_remove: Some(true), ..HostConfig::default() }),
        ..ContainerCreateBody::default()
    };
    let id = served.docker.create_container(None, body).await.unwrap().id;
    let missing = served.docker.start_container(&id, None).await.unwrap_err();
    assert!(missing.to_string().contains("executable file not found"), "{missing}");
    assert_eq!(status(&served.docker.inspect_container(&id, None).await.unwrap_err()), 404);

    let body = ContainerCreateBody {
        image: Some("mongo:4.2".to_owned()),
        entrypoint: Some(vec!["cat".to_owned()]),
        cmd: Some(vec!["/proc/cpuinfo".to_owned()]),
        ..ContainerCreateBody::default()
    };
    let id = served.docker.create_container(None, body).await.unwrap().id;
    served.docker.start_container(&id, None).await.unwrap();
    let mut ended = served.docker.wait_container(&id, None::<WaitContainerOptions>);
    assert_eq!(ended.next().await.unwrap().unwrap().status_code, 0);
    let options = LogsOptionsBuilder::default().stdout(true).follow(true).build();
    let lines: Vec<_> = served.docker.logs(&id, Some(options)).try_collect().await.unwrap();
    assert!(lines.iter().any(|line| line.to_string().contains("avx")));
}

#[tokio::test]
async fn images_are_pulled_layer_by_layer_or_refused() {
    let served = served().await;
    let pull = |name: &str, tag: &str| {
        let options = CreateImageOptionsBuilder::default().from_image(name).tag(tag).build();
        served.docker.create_image(Some(options), None, None).try_collect::<Vec<_>>()
    };
    assert_eq!(status(&served.docker.inspect_image("mongo:7.0").await.unwrap_err()), 404);
    let steps = pull("mongo", "7.0").await.unwrap();
    let complete = steps.iter().filter(|it| it.status.as_deref() == Some("Pull complete")).count();
    assert_eq!(complete, 5);
    let image = served.docker.inspect_image("mongo:7.0").await.unwrap();
    assert_eq!(image.architecture.as_deref(), Some("amd64"));
    assert!(served.docker.inspect_image(&image.id.unwrap()).await.is_ok());
    assert_eq!(status(&pull("mongo", "9.9").await.unwrap_err()), 404);
    served.server.inject(Fault::PullRefused);
    assert!(pull("mongo", "8.0").await.unwrap_err().to_string().contains("toomanyrequests"));
    served.server.inject(Fault::NoSuchImage);
    assert_eq!(status(&served.docker.inspect_image("mongo:4.2").await.unwrap_err()), 404);
}

#[tokio::test]
async fn a_container_that_runs_out_of_memory_says_so() {
    let served = served().await;
    served.sandbox("drill-7").await;
    served.server.inject(Fault::Oom { after_bytes: 10_000 });
    let folder = tempfile::tempdir().unwrap();
    let (client, _tasks) = served.driver("drill-7", &folder);
    let files = client.database("admin").collection::<Document>("file");
    let documents = (0..100).map(|n| doc! {"_id": n, "text": "x".repeat(500)});
    assert!(files.insert_many(documents).await.is_err());
    served
        .server
        .container("drill-7")
        .unwrap()
        .becomes(|it| it.phase == container::Phase::Exited)
        .await;
    let state = served.docker.inspect_container("drill-7", None).await.unwrap().state.unwrap();
    assert_eq!((state.oom_killed, state.exit_code), (Some(true), Some(137)));
    assert_eq!(served.server.left_over().execs, [""; 0]);
}

#[tokio::test]
async fn a_full_disk_shows_in_df_and_in_inserts() {
    let served = served().await;
    served.server.inject(Fault::DiskFull { free: 1 << 20, after_bytes: 0 });
    served.sandbox("drill-7").await;
    let (stdout, _, _) = served.output("drill-7", &["df", "-Pk", "/data/db"]).await;
    assert!(stdout.split_whitespace().any(|word| word == "1024"), "{stdout}");
    let folder = tempfile::tempdir().unwrap();
    let (client, _tasks) = served.driver("drill-7", &folder);
    let files = client.database("admin").collection::<Document>("file");
    let error = files.insert_one(doc! {"_id": 1}).await.unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
}

#[tokio::test]
async fn an_engine_that_is_gone_drops_every_connection() {
    let served = served().await;
    served.server.inject(Fault::EngineGoneAfterStart);
    served.sandbox("drill-7").await;
    served.server.hangs_up().await;
    assert!(served.docker.ping().await.is_err());
    served.server.heal();
    assert!(served.docker.ping().await.is_ok());
}
