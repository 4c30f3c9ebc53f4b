//! Everything of this repository that is held to the contract.

use super::package::Framework;
use super::service;
use super::subject::{Kind, Program, Subject};

const fn service(name: &'static str, store: service::Store, instances: usize) -> Subject {
    let (title, handles) = match (store, instances) {
        (service::Store::Memory, _) => ("the service over memory", "short"),
        (service::Store::Redis, 1) => ("the service over Redis", "sealed"),
        (service::Store::Redis, _) => ("the service over Redis", "short"),
        (service::Store::Postgres, 1) => ("the service over PostgreSQL", "sealed"),
        (service::Store::Postgres, _) => ("the service over PostgreSQL", "short"),
    };
    Subject {
        name,
        title,
        instances,
        kind: Kind::Service(store, handles),
    }
}

const fn example(name: &'static str, title: &'static str, program: Program) -> Subject {
    Subject {
        name,
        title,
        instances: 1,
        kind: Kind::Example(program),
    }
}

const fn on_package(title: &'static str, framework: Framework, store: service::Store) -> Subject {
    let name = match framework {
        Framework::Bun => "npm-bun",
        Framework::Deno => "npm-deno",
        Framework::Express => "npm-express",
        Framework::Fastify => "npm-fastify",
        Framework::Hono => "npm-hono",
        Framework::Node => "npm-node",
    };
    Subject {
        name,
        title,
        instances: instances_over(store),
        kind: Kind::Package(framework, store),
    }
}

const fn in_next(title: &'static str, store: service::Store) -> Subject {
    Subject {
        name: "npm-next",
        title,
        instances: instances_over(store),
        kind: Kind::Next(store),
    }
}

/// As many as can share it, up to two.
const fn instances_over(store: service::Store) -> usize {
    match store {
        service::Store::Memory => 1,
        service::Store::Postgres | service::Store::Redis => 2,
    }
}

const fn both(title: &'static str, store: service::Store) -> Subject {
    Subject {
        name: "npm-service",
        title,
        instances: 2,
        kind: Kind::Both(store),
    }
}

/// Everything; what takes long comes first.
pub(super) const ALL: [Subject; 33] = [
    service("memory", service::Store::Memory, 1),
    service("redis", service::Store::Redis, 1),
    service("redis", service::Store::Redis, 2),
    service("postgres", service::Store::Postgres, 1),
    service("postgres", service::Store::Postgres, 2),
    on_package(
        "the npm package over memory",
        Framework::Node,
        service::Store::Memory,
    ),
    on_package(
        "the npm package over Redis",
        Framework::Node,
        service::Store::Redis,
    ),
    on_package(
        "the npm package over PostgreSQL",
        Framework::Node,
        service::Store::Postgres,
    ),
    on_package(
        "the same in Express over memory",
        Framework::Express,
        service::Store::Memory,
    ),
    on_package(
        "the same in Express over Redis",
        Framework::Express,
        service::Store::Redis,
    ),
    on_package(
        "the same in Express over PostgreSQL",
        Framework::Express,
        service::Store::Postgres,
    ),
    on_package(
        "the same in Fastify over memory",
        Framework::Fastify,
        service::Store::Memory,
    ),
    on_package(
        "the same in Fastify over Redis",
        Framework::Fastify,
        service::Store::Redis,
    ),
    on_package(
        "the same in Fastify over PostgreSQL",
        Framework::Fastify,
        service::Store::Postgres,
    ),
    on_package(
        "the same in Hono over memory",
        Framework::Hono,
        service::Store::Memory,
    ),
    on_package(
        "the same in Hono over Redis",
        Framework::Hono,
        service::Store::Redis,
    ),
    on_package(
        "the same in Hono over PostgreSQL",
        Framework::Hono,
        service::Store::Postgres,
    ),
    in_next("the example in Next.js over memory", service::Store::Memory),
    in_next("the example in Next.js over Redis", service::Store::Redis),
    in_next(
        "the example in Next.js over PostgreSQL",
        service::Store::Postgres,
    ),
    on_package(
        "the same in Deno over memory",
        Framework::Deno,
        service::Store::Memory,
    ),
    on_package(
        "the same in Deno over Redis",
        Framework::Deno,
        service::Store::Redis,
    ),
    on_package(
        "the same in Bun over memory",
        Framework::Bun,
        service::Store::Memory,
    ),
    on_package(
        "the same in Bun over Redis",
        Framework::Bun,
        service::Store::Redis,
    ),
    Subject {
        name: "npm-worker",
        title: "the same in a worker at the edge, stateless",
        instances: 2,
        kind: Kind::Worker,
    },
    both(
        "the service and the npm package over Redis",
        service::Store::Redis,
    ),
    both(
        "the service and the npm package over PostgreSQL",
        service::Store::Postgres,
    ),
    Subject {
        name: "demo",
        title: "the demo",
        instances: 1,
        kind: Kind::Demo,
    },
    example(
        "npm",
        "the example in Express on the npm package",
        Program::Npm,
    ),
    example("rust", "the example in Rust", Program::Rust),
    example("node", "the example in Node", Program::Node),
    example(
        "express",
        "the same in Express, behind body parsers",
        Program::Express,
    ),
    example("python", "the example in Python", Program::Python),
];
