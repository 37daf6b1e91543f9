//! Which request is answered by whom.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::demo::docker::DockerServer;
use crate::demo::docker::http::{
    Answer, Content, Query, Refused, decode, empty, ok, read_json, text,
};
use crate::demo::docker::stream::{Framing, Stdio};
use crate::demo::docker::system::{API, VERSION};

impl DockerServer {
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Content> {
        let routed = self.route(request).await;
        let mut response = routed.unwrap_or_else(|refused| refused.answer());
        let headers = response.headers_mut();
        headers.insert("api-version", HeaderValue::from_static(API));
        headers.insert("docker-experimental", HeaderValue::from_static("false"));
        headers.insert("ostype", HeaderValue::from_static("linux"));
        if let Ok(server) = HeaderValue::from_str(&format!("Docker/{VERSION} (linux)")) {
            headers.insert("server", server);
        }
        response
    }

    async fn route(self: &Arc<Self>, mut request: Request<Incoming>) -> Answer {
        let method = request.method().clone();
        let path = decode(request.uri().path());
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if let Some(version) = segments.first().and_then(|first| first.strip_prefix("v1.")) {
            check_version(version)?;
            segments.remove(0);
        }
        let get = method == Method::GET || method == Method::HEAD;
        match (method.as_str(), segments.as_slice()) {
            (_, ["_ping"]) if get => text("OK"),
            ("GET", ["version"]) => Self::version(),
            ("GET", ["info"]) => self.info(),
            ("GET", ["networks"]) => Self::list_networks(),
            ("GET", ["images", "json"]) => self.list_images(),
            ("GET", ["images", name @ .., "json"]) => self.inspect_image(&name.join("/")),
            ("POST", ["images", "create"]) => self.pull(&query),
            ("GET", ["volumes"]) => self.list_volumes(&query),
            ("POST", ["volumes", "create"]) => {
                self.create_volume(&read_json(request.body_mut()).await?)
            }
            ("GET", ["volumes", name]) => self.inspect_volume(name),
            ("DELETE", ["volumes", name]) => self.remove_volume(name, &query),
            ("GET", ["containers", "json"]) => self.list_containers(&query),
            ("POST", ["containers", "create"]) => {
                let body = read_json(request.body_mut()).await?;
                self.create_container(&query, body)
            }
            ("DELETE", ["containers", name]) => self.remove(name, &query),
            (_, ["containers", name, action]) => {
                self.route_container(request, name, action, &query).await
            }
            ("GET", ["exec", id, "json"]) => self.inspect_exec(id),
            ("POST", ["exec", id, "start"]) => self.start_exec(id, request).await,
            ("POST", ["exec", _, "resize"]) => empty(StatusCode::OK),
            _ => Err(Refused::not_found("page not found")),
        }
    }

    async fn route_container(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        name: &str,
        action: &str,
        query: &Query,
    ) -> Answer {
        match (request.method().as_str(), action) {
            ("GET", "json") => self.inspect_container(name),
            ("GET", "logs") => self.logs(name, query),
            ("HEAD", "archive") => self.stat(name, query),
            ("GET", "archive") => self.archive(name, query),
            ("PUT", "archive") => self.put_archive(name, query, request.body_mut()).await,
            ("POST", "start") => self.start(name),
            ("POST", "kill") => self.kill(name, query),
            ("POST", "stop") => self.stop(name).await,
            ("POST", "wait") => self.wait(name, query),
            ("POST", "resize") => empty(StatusCode::OK),
            ("POST", "attach") => {
                let container = self.container(name)?;
                let framing = Framing::of(container.has_terminal());
                let query = Query::parse(request.uri().query().unwrap_or_default());
                let server = Arc::clone(self);
                let upgrade = hyper::upgrade::on(&mut request);
                self.spawn(async move {
                    let Ok(upgraded) = upgrade.await else { return };
                    tokio::select! {
                        () = server.hangs_up() => {}
                        // A client that broke off needs nothing more.
                        ended = Self::follow(container, query, TokioIo::new(upgraded)) => drop(ended),
                    }
                });
                Ok(switched(framing))
            }
            ("POST", "exec") => {
                let body = read_json(request.body_mut()).await?;
                self.create_exec(name, &body)
            }
            _ => Err(Refused::not_found("page not found")),
        }
    }

    async fn start_exec(self: &Arc<Self>, id: &str, mut request: Request<Incoming>) -> Answer {
        let body = read_json(request.body_mut()).await?;
        let exec = self.begin_exec(id)?;
        let framing = exec.framing();
        let server = Arc::clone(self);
        if body.get("Detach").and_then(Value::as_bool).unwrap_or(false) {
            self.spawn(async move {
                let nobody = tokio::io::join(tokio::io::empty(), tokio::io::sink());
                server.run_exec(&exec, Stdio::new(nobody, framing)).await;
            });
            return ok(&Value::Null);
        }
        let upgrade = hyper::upgrade::on(&mut request);
        self.spawn(async move {
            let Ok(upgraded) = upgrade.await else { return };
            let stdio = Stdio::new(TokioIo::new(upgraded), framing);
            tokio::select! {
                () = server.hangs_up() => {}
                () = server.run_exec(&exec, stdio) => {}
            }
        });
        Ok(switched(framing))
    }
}

fn check_version(minor: &str) -> Result<(), Refused> {
    let number = |minor: &str| minor.parse::<u32>().unwrap_or(u32::MAX);
    let newest = API.split_once('.').map_or(0, |(_, minor)| number(minor));
    if number(minor) <= newest {
        return Ok(());
    }
    let message =
        format!("client version 1.{minor} is too new. Maximum supported API version is {API}");
    Err(Refused::bad_request(message))
}

/// From here on the connection belongs to a program.
fn switched(framing: Framing) -> Response<Content> {
    let kind = match framing {
        Framing::Frames => "application/vnd.docker.multiplexed-stream",
        Framing::Terminal => "application/vnd.docker.raw-stream",
    };
    let mut response = Response::new(Content::Whole(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("tcp"));
    response
}
