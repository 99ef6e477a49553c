"""github: wide events with polymorphic payloads, shaped like a code host's public timeline (invented)."""

import orjson

from datasets import common

TARGET_BYTES = 128_000_000
HOST = "https://api.forge.example"
LANGUAGES = ["C++", "Python", "Rust", "Go", "TypeScript", "Java", None]
LICENSES = [
    ("mit", "MIT License"),
    ("apache-2.0", "Apache License 2.0"),
    ("gpl-3.0", "GNU GPL v3.0"),
]
USER_LINKS = [
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
    "received_events",
]
REPO_LINKS = [
    "forks",
    "keys",
    "collaborators",
    "teams",
    "hooks",
    "issue_events",
    "events",
    "assignees",
    "branches",
    "tags",
    "blobs",
    "git_tags",
    "git_refs",
    "trees",
    "statuses",
    "languages",
    "stargazers",
    "contributors",
    "subscribers",
    "subscription",
    "commits",
    "git_commits",
    "comments",
    "issue_comment",
    "contents",
    "compare",
    "merges",
    "archive",
    "downloads",
    "issues",
    "pulls",
    "milestones",
    "notifications",
    "labels",
    "releases",
    "deployments",
]
ASSOCIATIONS = ["NONE", "CONTRIBUTOR", "MEMBER", "OWNER", "COLLABORATOR"]


def make_user(rng, number):
    login = f"{rng.choice(common.WORDS)}-{number}"
    url = f"{HOST}/users/{login}"
    user = {
        "login": login,
        "id": 1_000_000 + number * 13,
        "node_id": common.hex_id(rng, 20),
        "avatar_url": f"https://avatars.forge.example/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://forge.example/{login}",
    }
    user.update({f"{link}_url": f"{url}/{link}" for link in USER_LINKS})
    user["type"] = "Bot" if rng.random() < 0.05 else "User"
    user["site_admin"] = False
    return user


def make_repo(rng, number, users):
    owner = users[common.skewed(rng, len(users))]
    name = f"{rng.choice(common.WORDS)}-{rng.choice(common.WORDS)}"
    url = f"{HOST}/repos/{owner['login']}/{name}"
    pushed = 1_700_000_000_000_000 + rng.getrandbits(44)
    license_key = rng.choice(LICENSES + [None])
    repo = {
        "id": 20_000_000 + number * 101,
        "node_id": common.hex_id(rng, 20),
        "name": name,
        "full_name": f"{owner['login']}/{name}",
        "private": False,
        "owner": owner,
        "html_url": f"https://forge.example/{owner['login']}/{name}",
        "description": None if rng.random() < 0.2 else common.sentence(rng, 3, 12),
        "fork": rng.random() < 0.3,
        "url": url,
    }
    repo.update({f"{link}_url": f"{url}/{link}" for link in REPO_LINKS})
    repo.update(
        {
            "created_at": common.iso_seconds(pushed - rng.getrandbits(46)),
            "updated_at": common.iso_seconds(pushed),
            "pushed_at": common.iso_seconds(pushed + 5_000_000),
            "homepage": None if rng.random() < 0.7 else f"https://{name}.example",
            "size": rng.randint(10, 900_000),
            "stargazers_count": common.skewed(rng, 50_000, 6.0),
            "watchers_count": common.skewed(rng, 50_000, 6.0),
            "language": rng.choice(LANGUAGES),
            "has_issues": True,
            "has_projects": rng.random() < 0.9,
            "has_downloads": True,
            "has_wiki": rng.random() < 0.7,
            "has_pages": rng.random() < 0.1,
            "has_discussions": False,
            "forks_count": common.skewed(rng, 9_000, 6.0),
            "mirror_url": None,
            "archived": False,
            "disabled": False,
            "open_issues_count": common.skewed(rng, 900, 4.0),
            "license": license_key
            and {
                "key": license_key[0],
                "name": license_key[1],
                "url": f"{HOST}/licenses/{license_key[0]}",
            },
            "allow_forking": True,
            "is_template": False,
            "topics": [rng.choice(common.WORDS) for _ in range(common.skewed(rng, 6))],
            "visibility": "public",
            "default_branch": rng.choice(["main", "master", "develop"]),
        }
    )
    return repo


class Timeline:
    """Makes payloads; pools of users and repositories give the repetition that real timelines have."""

    def __init__(self, rng):
        self.rng = rng
        self.users = [make_user(rng, i) for i in range(4_000)]
        self.repos = [make_repo(rng, i, self.users) for i in range(3_000)]
        self.labels = [
            {
                "id": 77_000 + i,
                "node_id": common.hex_id(rng, 16),
                "name": word,
                "color": common.hex_id(rng, 6),
                "default": i < 9,
                "description": None if i % 3 else f"about {word}",
            }
            for i, word in enumerate(common.WORDS[:40])
        ]
        self.now = 1_737_072_000_000_000
        self.next_id = 45_000_000_000

    def user(self):
        return self.users[common.skewed(self.rng, len(self.users), 2.0)]

    def repo(self):
        return self.repos[common.skewed(self.rng, len(self.repos), 2.0)]

    def text(self):
        rng = self.rng
        return f'{common.sentence(rng, 4, 60)}\r\n\r\n- [ ] "{rng.choice(common.LAST)}"\r\n{common.sentence(rng, 0, 20)} ✅'

    def before(self, hours):
        return common.iso_seconds(self.now - int(self.rng.random() * hours * 3_600_000_000))

    def number(self):
        self.next_id += self.rng.randint(1, 400)
        return self.next_id

    def reactions(self, url):
        return {
            "url": f"{url}/reactions",
            "total_count": common.skewed(self.rng, 9, 5.0),
            "+1": common.skewed(self.rng, 7, 5.0),
            "-1": 0,
            "laugh": 0,
            "hooray": 0,
            "confused": 0,
            "heart": common.skewed(self.rng, 4, 5.0),
            "rocket": 0,
            "eyes": 0,
        }

    def milestone(self, repo):
        rng = self.rng
        return {
            "url": f"{repo['url']}/milestones/{rng.randint(1, 30)}",
            "id": rng.randint(1_000, 90_000),
            "number": rng.randint(1, 30),
            "title": f"v{rng.randint(0, 9)}.{rng.randint(0, 30)}",
            "description": None,
            "creator": self.user(),
            "open_issues": rng.randint(0, 60),
            "closed_issues": rng.randint(0, 300),
            "state": "open",
            "created_at": self.before(9_000),
            "updated_at": self.before(900),
            "due_on": None,
            "closed_at": None,
        }

    def issue(self, repo):
        rng = self.rng
        number = rng.randint(1, 9_000)
        url = f"{repo['url']}/issues/{number}"
        issue = {
            "url": url,
            "repository_url": repo["url"],
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{repo['html_url']}/issues/{number}",
            "id": self.number(),
            "node_id": common.hex_id(rng, 20),
            "number": number,
            "title": common.sentence(rng, 3, 9),
            "user": self.user(),
            "labels": [
                self.labels[common.skewed(rng, 40)] for _ in range(common.skewed(rng, 4, 2.0))
            ],
            "state": rng.choice(["open", "closed"]),
            "locked": False,
            "assignee": self.user() if rng.random() < 0.3 else None,
            "milestone": self.milestone(repo) if rng.random() < 0.1 else None,
            "comments": common.skewed(rng, 60, 4.0),
            "created_at": self.before(9_000),
            "updated_at": self.before(1),
            "closed_at": None if rng.random() < 0.6 else self.before(1),
            "author_association": rng.choice(ASSOCIATIONS),
            "active_lock_reason": None,
            "body": self.text(),
            "reactions": self.reactions(url),
            "timeline_url": f"{url}/timeline",
            "state_reason": None,
            "performed_via_app": self.app() if rng.random() < 0.002 else None,
        }
        return issue

    def app(self):
        """Null in nearly every record, a struct in a few: real timelines have several such fields."""
        rng = self.rng
        slug = rng.choice(common.WORDS)
        return {
            "id": rng.randint(1_000, 400_000),
            "slug": slug,
            "node_id": common.hex_id(rng, 16),
            "owner": self.user(),
            "name": slug.title(),
            "description": common.sentence(rng, 3, 9),
            "external_url": f"https://{slug}.example",
            "created_at": self.before(90_000),
            "permissions": {"contents": "read", "issues": "write", "metadata": "read"},
            "events": ["issues", "push"],
        }

    def side(self, repo):
        rng = self.rng
        branch = f"{rng.choice(['fix', 'feature', 'deps'])}/{rng.choice(common.WORDS)}"
        return {
            "label": f"{repo['owner']['login']}:{branch}",
            "ref": branch,
            "sha": common.hex_id(rng, 40),
            "user": repo["owner"],
            "repo": repo,
        }

    def pull_request(self, repo, full):
        rng = self.rng
        number = rng.randint(1, 9_000)
        url = f"{repo['url']}/pulls/{number}"
        merged = rng.random() < 0.4
        links = {
            name: {"href": f"{url}/{name}"}
            for name in [
                "self",
                "html",
                "issue",
                "comments",
                "review_comments",
                "commits",
                "statuses",
            ]
        }
        pull = {
            "url": url,
            "id": self.number(),
            "node_id": common.hex_id(rng, 20),
            "html_url": f"{repo['html_url']}/pull/{number}",
            "diff_url": f"{repo['html_url']}/pull/{number}.diff",
            "patch_url": f"{repo['html_url']}/pull/{number}.patch",
            "issue_url": f"{repo['url']}/issues/{number}",
            "number": number,
            "state": "closed" if merged else "open",
            "locked": False,
            "title": common.sentence(rng, 3, 9),
            "user": self.user(),
            "body": None if rng.random() < 0.2 else self.text(),
            "created_at": self.before(900),
            "updated_at": self.before(1),
            "closed_at": self.before(1) if merged else None,
            "merged_at": self.before(1) if merged else None,
            "merge_commit_sha": common.hex_id(rng, 40),
            "assignee": self.user() if rng.random() < 0.2 else None,
            "assignees": [self.user() for _ in range(common.skewed(rng, 3, 3.0))],
            "requested_reviewers": [self.user() for _ in range(common.skewed(rng, 3, 3.0))],
            "labels": [
                self.labels[common.skewed(rng, 40)] for _ in range(common.skewed(rng, 4, 2.0))
            ],
            "milestone": self.milestone(repo) if rng.random() < 0.1 else None,
            "draft": rng.random() < 0.1,
            "head": self.side(self.repo() if rng.random() < 0.4 else repo),
            "base": self.side(repo),
            "_links": links,
            "author_association": rng.choice(ASSOCIATIONS),
            "active_lock_reason": None,
            "auto_merge": {
                "enabled_by": self.user(),
                "merge_method": "squash",
                "commit_title": common.sentence(rng, 3, 9),
                "commit_message": None,
            }
            if rng.random() < 0.004
            else None,
        }
        if full:
            pull.update(
                {
                    "merged": merged,
                    "mergeable": None if merged else True,
                    "rebaseable": None,
                    "mergeable_state": rng.choice(["clean", "unknown", "blocked"]),
                    "merged_by": self.user() if merged else None,
                    "comments": common.skewed(rng, 40, 4.0),
                    "review_comments": common.skewed(rng, 40, 4.0),
                    "maintainer_can_modify": rng.random() < 0.5,
                    "commits": rng.randint(1, 30),
                    "additions": common.skewed(rng, 9_000, 5.0),
                    "deletions": common.skewed(rng, 9_000, 5.0),
                    "changed_files": rng.randint(1, 60),
                }
            )
        return pull

    def comment(self, base):
        rng = self.rng
        number = self.number()
        url = f"{base}/comments/{number}"
        return {
            "url": url,
            "html_url": f"{url}#comment",
            "issue_url": base,
            "id": number,
            "node_id": common.hex_id(rng, 20),
            "user": self.user(),
            "created_at": self.before(1),
            "updated_at": self.before(1),
            "author_association": rng.choice(ASSOCIATIONS),
            "body": self.text(),
            "reactions": self.reactions(url),
        }

    def release(self, repo):
        rng = self.rng
        url = f"{repo['url']}/releases/{rng.randint(1, 99_999)}"
        asset = lambda: {
            "url": f"{url}/assets/{rng.randint(1, 9_999)}",
            "id": self.number(),
            "name": f"{repo['name']}-{rng.choice(['linux', 'macos', 'win'])}.tar.gz",
            "label": None,
            "uploader": self.user(),
            "content_type": "application/gzip",
            "state": "uploaded",
            "size": rng.randint(1_000, 90_000_000),
            "download_count": common.skewed(rng, 4_000, 4.0),
            "created_at": self.before(1),
            "updated_at": self.before(1),
            "browser_download_url": f"{url}/get",
        }
        return {
            "url": url,
            "assets_url": f"{url}/assets",
            "upload_url": f"{url}/upload",
            "html_url": url,
            "id": self.number(),
            "author": self.user(),
            "node_id": common.hex_id(rng, 20),
            "tag_name": f"v{rng.randint(0, 9)}.{rng.randint(0, 30)}",
            "target_commitish": "main",
            "name": common.sentence(rng, 1, 3),
            "draft": False,
            "prerelease": rng.random() < 0.2,
            "created_at": self.before(3),
            "published_at": self.before(1),
            "assets": [asset() for _ in range(common.skewed(rng, 5, 1.5))],
            "tarball_url": f"{url}/tar",
            "zipball_url": f"{url}/zip",
            "body": self.text(),
            "mentions_count": common.skewed(rng, 9),
        }

    def commit(self):
        rng = self.rng
        sha = common.hex_id(rng, 40)
        return {
            "sha": sha,
            "author": {
                "email": f"{common.hex_id(rng, 8)}@mail.example",
                "name": f"{rng.choice(common.FIRST)} {rng.choice(common.LAST)}",
            },
            "message": common.sentence(rng, 3, 20),
            "distinct": rng.random() < 0.9,
            "url": f"{HOST}/commits/{sha}",
        }

    def payload(self, kind, repo):
        rng = self.rng
        if kind == "PushEvent":
            commits = [self.commit() for _ in range(1 + common.skewed(rng, 6, 3.0))]
            return {
                "repository_id": repo["id"],
                "push_id": self.number(),
                "size": len(commits),
                "distinct_size": len(commits),
                "ref": f"refs/heads/{rng.choice(common.WORDS)}",
                "head": commits[-1]["sha"],
                "before": common.hex_id(rng, 40),
                "commits": commits,
            }
        if kind == "CreateEvent":
            return {
                "ref": rng.choice(common.WORDS),
                "ref_type": rng.choice(["branch", "tag", "repository"]),
                "master_branch": "main",
                "description": repo["description"],
                "pusher_type": "user",
            }
        if kind == "DeleteEvent":
            return {"ref": rng.choice(common.WORDS), "ref_type": "branch", "pusher_type": "user"}
        if kind == "PullRequestEvent":
            pull = self.pull_request(repo, True)
            return {
                "action": rng.choice(["opened", "closed", "reopened"]),
                "number": pull["number"],
                "pull_request": pull,
            }
        if kind == "PullRequestReviewEvent":
            return {
                "action": "created",
                "review": {
                    "id": self.number(),
                    "user": self.user(),
                    "body": self.text(),
                    "state": rng.choice(["approved", "commented"]),
                    "submitted_at": self.before(1),
                    "commit_id": common.hex_id(rng, 40),
                    "author_association": rng.choice(ASSOCIATIONS),
                },
                "pull_request": self.pull_request(repo, False),
            }
        if kind == "PullRequestReviewCommentEvent":
            comment = self.comment(repo["url"])
            comment.update(
                {
                    "diff_hunk": self.text(),
                    "path": f"src/{rng.choice(common.WORDS)}.cc",
                    "position": rng.randint(1, 300),
                    "original_position": rng.randint(1, 300),
                    "commit_id": common.hex_id(rng, 40),
                    "line": rng.randint(1, 900),
                    "side": "RIGHT",
                }
            )
            return {
                "action": "created",
                "comment": comment,
                "pull_request": self.pull_request(repo, False),
            }
        if kind == "IssuesEvent":
            return {"action": rng.choice(["opened", "closed"]), "issue": self.issue(repo)}
        if kind == "IssueCommentEvent":
            issue = self.issue(repo)
            return {"action": "created", "issue": issue, "comment": self.comment(issue["url"])}
        if kind == "ForkEvent":
            return {"forkee": {**self.repo(), "public": True}}
        if kind == "ReleaseEvent":
            return {"action": "published", "release": self.release(repo)}
        if kind == "GollumEvent":
            return {
                "pages": [
                    {
                        "page_name": rng.choice(common.WORDS),
                        "title": common.sentence(rng, 1, 3),
                        "summary": None,
                        "action": "edited",
                        "sha": common.hex_id(rng, 40),
                        "html_url": f"{repo['html_url']}/wiki",
                    }
                    for _ in range(rng.randint(1, 3))
                ]
            }
        if kind == "MemberEvent":
            return {"member": self.user(), "action": "added"}
        if kind == "CommitCommentEvent":
            comment = self.comment(repo["url"])
            comment.update(
                {
                    "position": None,
                    "line": None,
                    "path": f"lib/{rng.choice(common.WORDS)}.py",
                    "commit_id": common.hex_id(rng, 40),
                }
            )
            return {"comment": comment}
        return {"action": "started"} if kind == "WatchEvent" else {}


KINDS = (
    ["PushEvent"] * 50
    + ["CreateEvent"] * 14
    + ["WatchEvent"] * 8
    + ["PullRequestEvent"] * 8
    + ["IssueCommentEvent"] * 6
    + ["DeleteEvent"] * 4
    + ["IssuesEvent"] * 3
    + ["PullRequestReviewEvent"] * 2
    + ["PullRequestReviewCommentEvent"] * 2
    + ["ForkEvent", "ReleaseEvent"]
)
RARE_KINDS = ["GollumEvent", "MemberEvent", "PublicEvent", "CommitCommentEvent"]


def generate(path, smoke):
    rng = common.make_random("github")
    timeline = Timeline(rng)
    target, written = (6_000_000 if smoke else TARGET_BYTES), 0
    with common.writer(path) as out:
        while written < target:
            timeline.now += rng.randint(1_000, 40_000)
            kind = rng.choice(KINDS) if rng.random() > 0.01 else rng.choice(RARE_KINDS)
            user, repo = timeline.user(), timeline.repo()
            event = {
                "id": str(timeline.number()),
                "type": kind,
                "actor": {
                    "id": user["id"],
                    "login": user["login"],
                    "display_login": user["login"],
                    "gravatar_id": "",
                    "url": user["url"],
                    "avatar_url": user["avatar_url"],
                },
                "repo": {"id": repo["id"], "name": repo["full_name"], "url": repo["url"]},
                "payload": timeline.payload(kind, repo),
                "public": True,
                "created_at": common.iso_seconds(timeline.now),
            }
            if rng.random() < 0.3:
                event["org"] = {
                    "id": repo["owner"]["id"],
                    "login": repo["owner"]["login"],
                    "gravatar_id": "",
                    "url": repo["owner"]["url"],
                    "avatar_url": repo["owner"]["avatar_url"],
                }
            line = orjson.dumps(event) + b"\n"
            written += len(line)
            out.write(line)
