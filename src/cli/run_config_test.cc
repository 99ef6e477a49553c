#include "cli/run_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace varve::cli {
namespace {

using testing::HasSubstr;

class RunConfigTest : public testing::Test {
 protected:
  RunConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "varve_config_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~RunConfigTest() override { std::filesystem::remove_all(folder_); }

  Result<RunConfig> Load(const std::string& text) const {
    const std::string path = folder_ + "/varve.toml";
    std::ofstream(path) << text;
    return LoadRunConfig(path);
  }

  std::string ErrorOf(const std::string& text) const {
    const auto config = Load(text);
    if (config.ok()) return "no error";
    EXPECT_EQ(config.error().code, Code::kInvalidArgument);
    return config.error().message;
  }

  std::string folder_;
};

TEST_F(RunConfigTest, DefaultsAndPaths) {
  const auto config = Load("[[pipeline]]\ninput = \"in\"\noutput = \"out\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  ASSERT_EQ(config->pipelines.size(), 1U);
  const PipelineOptions& pipeline = config->pipelines[0].options;
  EXPECT_EQ(pipeline.name(), "main");
  EXPECT_EQ(pipeline.input, std::filesystem::current_path().string() + "/in");
  EXPECT_EQ(pipeline.pipeline.flush.min_files, 10U);
  EXPECT_EQ(pipeline.pipeline.flush.max_files, 90U);
  EXPECT_EQ(pipeline.pipeline.flush.max_wait_us, 60'000'000);
  EXPECT_EQ(pipeline.pipeline.input_suffixes.size(), 9U);
  EXPECT_EQ(pipeline.convert.partition.by, PartitionBy::kFilenameDate);
  EXPECT_EQ(*DefaultStateDirectory(*config), pipeline.output + "/_varve");
}

TEST_F(RunConfigTest, EveryKeyIsReadAndWrittenBack) {
  std::string text = "[run]\nstate = \"state\"\n";
  for (const char* name : {"a", "b"}) {
    text += std::string("[[pipeline]]\nname = \"") + name + "\"\ninput = \"in-" + name +
            "\"\noutput = \"out-" + name + "\"\n";
    text +=
        "prefix = \"x \\\"y\\\"/\"\nsuffixes = [\".json\"]\nmin_files = 2\nmax-files = 3\n"
        "max_bytes = \"1MiB\"\nmax_wait = \"5m\"\npartition = \"column:ts:day\"\n"
        "compression = \"zstd:3\"\nmode = \"strict\"\nschema = \"s.json\"\nattempts_max = 7\n"
        "backoff = \"1s\"\nbackoff_max = \"2s\"\non_success = \"move\"\nmove_to = \"done/\"\n"
        "output_prefix = \"lake\"\nsource_column = true\ncast = "
        "[\"c=string\"]\n"
        "max-errors = \"1%\"\nscan_interval = \"10s\"\nsettle_time = \"0\"\ntimestamps = "
        "\"string\"\n"
        "target-file-size = 1000\nalert-command = [\"logger\"]\n";
  }
  const auto config = Load(text);
  ASSERT_TRUE(config.ok()) << config.error().message;
  ASSERT_EQ(config->pipelines.size(), 2U);
  EXPECT_EQ(config->state, std::filesystem::current_path().string() + "/state");
  const PipelineOptions& pipeline = config->pipelines[1].options;
  EXPECT_EQ(pipeline.pipeline.input_prefix, "x \"y\"/");
  EXPECT_EQ(pipeline.pipeline.flush.max_wait_us, 300'000'000);
  EXPECT_EQ(pipeline.pipeline.disposition, Disposition::kMove);
  EXPECT_EQ(pipeline.pipeline.output_prefix, "lake/");
  EXPECT_EQ(pipeline.convert.max_errors.percent, 1.0);
  EXPECT_TRUE(pipeline.convert.source_column);
  EXPECT_EQ(pipeline.convert.casts.size(), 1U);

  const std::string written = PipelineToToml(config->pipelines[1].values);
  const auto again = Load(written);
  ASSERT_TRUE(again.ok()) << again.error().message << written;
  EXPECT_EQ(PipelineToToml(again->pipelines[0].values), written);
  EXPECT_EQ(again->pipelines[0].options.pipeline.settle_us, 0);
}

TEST_F(RunConfigTest, BucketsAndTables) {
  const auto config = Load(
      "[run]\nstate = \"dynamodb://t\"\n[[pipeline]]\ninput = \"s3://in/a\"\n"
      "output = \"s3://out/b/\"\nprefix = \"new/\"\noutput-prefix = \"lake\"\n"
      "on-success = \"move\"\nmove-to = \"done\"\nmanifests = \"s3://m\"\n"
      "queue-url = \"https://q\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->state, "dynamodb://t");
  const PipelineOptions& pipeline = config->pipelines[0].options;
  EXPECT_EQ(pipeline.input, "s3://in/a/");
  EXPECT_EQ(pipeline.manifests, "s3://m/");
  EXPECT_EQ(pipeline.pipeline.input_prefix, "a/new/");
  EXPECT_EQ(pipeline.pipeline.output_prefix, "b/lake/");
  EXPECT_EQ(pipeline.pipeline.move_prefix, "a/done/");
  EXPECT_FALSE(DefaultStateDirectory(*config).ok());
  const auto again = ReadRunConfig("the table", PipelineToToml(config->pipelines[0].values));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->pipelines[0].options.pipeline.move_prefix, "a/done/");
}

TEST_F(RunConfigTest, SecretsAreNotWritten) {
  const auto config = Load(
      "[[pipeline]]\ninput=\"i\"\noutput=\"o\"\nalert-webhook=\"https://example.org/secret\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->pipelines[0].options.alert_webhook, "https://example.org/secret");
  EXPECT_EQ(PipelineToToml(config->pipelines[0].values).find("secret"), std::string::npos);
}

TEST_F(RunConfigTest, ErrorsNameThePlaceTheKeyAndWhatIsAccepted) {
  const std::string places = "[[pipeline]]\ninput = \"i\"\noutput = \"o\"\n";
  const struct {
    std::string text;
    const char* place;
    const char* says;
  } cases[] = {
      {"[[pipeline]]\ninput = \n", ":2:9: ", "not valid TOML"},
      {"[pipeline]\ninput = \"i\"\n", ":1:1: ", "[[pipeline]]"},
      {"[[pipeline]]\noutput = \"o\"\n", ":1:1: ", "input: not given"},
      {places + "max_wiat = \"5s\"\n", ":4:1: ", "did you mean \"max-wait\"?"},
      {places + "q = 1\n", ":4:1: ", "accepted: name, input, output,"},
      {places + "max_wait = \"soon\"\n", ":4:12: ", "max-wait: \"soon\" is not a duration"},
      {places + "max-wait = 5\n", ":4:12: ", "write a number and a unit"},
      {places + "min_files = 0\n", ":4:13: ", "min-files: \"0\" is not a whole number from 1"},
      {places + "max_files = 91\n", ":4:13: ", "from 1 to 90"},
      {places + "min_files = 50\nmax_files = 20\n", ":4:13: ", "more than max-files"},
      {places + "mode = \"lax\"\n", ":4:8: ", "not one of evolve, rescue, strict"},
      {places + "mode = \"strict\"\n", ":4:8: ", "need a schema"},
      {places + "partition = [\"none\"]\n", ":4:13: ", "must be a single value"},
      {places + "suffixes = [[1]]\n", ":4:13: ", "must be a list of strings"},
      {places + "max-wait = \"1s\"\nmax_wait = \"2s\"\n", ":5:1: ", "given twice"},
      {places + "on-success = \"move\"\n", ":4:14: ", "move needs move-to"},
      {places + "move-to = \"x\"\n", ":4:11: ", "no effect"},
      {places + "output-prefix = \"../x\"\n", ":4:17: ", "leads elsewhere"},
      {places + "name = \"a b\"\n", ":4:8: ", "letters, digits"},
      {"[[pipeline]]\ninput = \"i\"\noutput = \"i/o\"\n", ":3:10: ", "inside each other"},
      {"[[pipeline]]\ninput = \"s3://b/i\"\noutput = \"s3://b/i/o/\"\n", ":3:10: ", "inside"},
      {"[[pipeline]]\ninput = \"s3://\"\noutput = \"o\"\n", ":2:9: ", "names no bucket"},
      {places + "queue-url = \"q\"\n", ":4:13: ", "is for an input in S3"},
      {places + "manifests = \"s3://m\"\n", ":4:13: ", "is for an output in S3"},
      {places + places, ":4:1: ", "two pipelines are called \"main\""},
      {places + "[[pipeline]]\nname = \"b\"\ninput = \"o/x\"\noutput = \"p\"\n",
       ":4:1: ", "each other's directories"},
  };
  for (const auto& test : cases) {
    const std::string message = ErrorOf(test.text);
    EXPECT_THAT(message, HasSubstr("varve.toml" + std::string(test.place))) << test.text;
    EXPECT_THAT(message, HasSubstr(test.says)) << test.text;
  }
}

TEST_F(RunConfigTest, FlagsOfOnePipeline) {
  const auto config = MakeRunConfig({{"input", {"in"}}, {"output", {"out/"}}, {"max-wait", {"0"}}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_TRUE(config->pipelines[0].options.output.ends_with("/out"));
  EXPECT_EQ(config->pipelines[0].options.pipeline.flush.max_wait_us, 0);
  const auto bad = MakeRunConfig({{"input", {"a"}}, {"output", {"b"}}, {"min-files", {"x"}}});
  EXPECT_THAT(bad.error().message, testing::StartsWith("min-files: \"x\""));
}

TEST_F(RunConfigTest, SeveralPipelinesMustSayWhereStateIs) {
  const auto config = Load(
      "[[pipeline]]\nname=\"a\"\ninput=\"i\"\noutput=\"o\"\n"
      "[[pipeline]]\nname=\"b\"\ninput=\"i\"\noutput=\"p\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_FALSE(DefaultStateDirectory(*config).ok());
}

TEST_F(RunConfigTest, AMissingFileIsNamed) {
  const auto config = LoadRunConfig(folder_ + "/none.toml");
  EXPECT_EQ(config.error().code, Code::kNotFound);
  EXPECT_THAT(config.error().message, HasSubstr("none.toml"));
}

}  // namespace
}  // namespace varve::cli
